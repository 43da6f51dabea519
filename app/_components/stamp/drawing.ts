import { LOOK } from '@/site';

/** The icon of the site as an SVG file: the sign in white on a disc, inside a ring that did not print evenly. */
export function iconSvg(title: string): string {
  const strokes = LOOK.glyph.map(({ width, path }) => `<path d="${path}" stroke-width="${width}"/>`).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">
<title>${title.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</title>
<circle cx="32" cy="32" r="32" fill="${LOOK.colours.light.accent}"/>
<g transform="rotate(-8 32 32)" fill="none" stroke="#fff" stroke-linejoin="round">
<circle cx="32" cy="32" r="26.5" stroke-width="2.6" stroke-linecap="round" stroke-dasharray="49 5 22 3.5 56 6 19 6"/>
<g transform="translate(2.24 2.24) scale(0.93)">${strokes}</g>
</g>
</svg>
`;
}
