/**
 * What the product says of itself: in titles, in the header, on the stamp, in mails. Change it here and every page, mail
 * and test follows; docs/your-code.md shows the rest of the look. Plain constants, because the edge and the browser read
 * them too.
 */
export const SITE = {
  /** One to about twelve letters: it is set around the stamp as well. */
  name: 'Handstamp',
  /** Behind the name in the title of the start page. */
  tagline: 'stamped once at the door',
  /** For search engines and link previews. */
  description: 'Sign in once. After that your stamp is checked without asking the box office.',
  /** Who mails come from, as their reader sees it. The address is the setting `MAIL_FROM`. */
  mailSender: 'Handstamp',
} as const;

/** Strokes of one width: path data of SVG, in a field of 64 by 64. */
type Strokes = { readonly width: number; readonly path: string };

/**
 * The sign of the product: an H as it is cut into rubber. Stamps, mark, icon and the page of a server in trouble are drawn from
 * it.
 */
export const GLYPH: readonly Strokes[] = [
  { width: 4.6, path: 'M15 18h12M15 46h12M37 18h12M37 46h12' },
  { width: 7.2, path: 'M21 18v28M43 18v28' },
  { width: 5.4, path: 'M23 32h18' },
];

/** The look where no style sheet reaches: mails, the icon, the page of a server in trouble, the browser's own frame. */
export const LOOK = {
  glyph: GLYPH,
  /** As in app/_styles/tokens.css, by the same names. */
  colours: {
    light: {
      paper: '#eff1ec',
      sheet: '#fbfcf9',
      ink: '#1b1929',
      hairline: '#d5d9d0',
      accent: '#4527a8',
      'on-accent': '#ffffff',
    },
    dark: {
      paper: '#121119',
      sheet: '#1b1a25',
      ink: '#ecebf4',
      hairline: '#302e40',
      accent: '#b3a2ff',
      'on-accent': '#16122b',
    },
  },
} as const;
