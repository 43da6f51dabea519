/** The sign in the middle of the stamp: an H as it is cut into rubber. Drawn in a field of 64 by 64, in the text colour. */
export function StampGlyph() {
  return (
    <g fill="none" stroke="currentColor" strokeLinejoin="round">
      <path d="M15 18h12M15 46h12M37 18h12M37 46h12" strokeWidth="4.6" />
      <path d="M21 18v28M43 18v28" strokeWidth="7.2" />
      <path d="M23 32h18" strokeWidth="5.4" />
    </g>
  );
}
