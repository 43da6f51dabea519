import { GLYPH } from '@/site';

/** The sign in the middle of the stamp, in a field of 64 by 64 and in the text colour. */
export function StampGlyph() {
  return (
    <g fill="none" stroke="currentColor" strokeLinejoin="round">
      {GLYPH.map(({ width, path }) => (
        <path key={path} d={path} strokeWidth={width} />
      ))}
    </g>
  );
}
