/** Strokes of one width: path data of SVG, in a field of 64 by 64. */
type Strokes = { readonly width: number; readonly path: string };

/** The sign of the product: an H as it is cut into rubber. The stamps, the mark and the icon are all drawn from it. */
export const GLYPH: readonly Strokes[] = [
  { width: 4.6, path: 'M15 18h12M15 46h12M37 18h12M37 46h12' },
  { width: 7.2, path: 'M21 18v28M43 18v28' },
  { width: 5.4, path: 'M23 32h18' },
];

/** The colour of the disc in a browser's tab, which knows no style sheet: `--accent` of app/_styles/tokens.css. */
const DISC = '#4527a8';

/** The icon of the site as an SVG file: the sign in white on a disc, inside a ring that did not print evenly. */
export function iconSvg(title: string): string {
  const strokes = GLYPH.map(({ width, path }) => `<path d="${path}" stroke-width="${width}"/>`).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">
<title>${title.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</title>
<circle cx="32" cy="32" r="32" fill="${DISC}"/>
<g transform="rotate(-8 32 32)" fill="none" stroke="#fff" stroke-linejoin="round">
<circle cx="32" cy="32" r="26.5" stroke-width="2.6" stroke-linecap="round" stroke-dasharray="49 5 22 3.5 56 6 19 6"/>
<g transform="translate(2.24 2.24) scale(0.93)">${strokes}</g>
</g>
</svg>
`;
}
