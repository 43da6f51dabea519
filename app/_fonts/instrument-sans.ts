import localFont from 'next/font/local';

/**
 * The one typeface: Instrument Sans, variable in weight and width. SIL Open Font License, see OFL.txt beside it.
 * `optional`: a page that was drawn without it stays so, and nothing moves under a reader's finger; the next page has it.
 */
export const instrumentSans = localFont({
  src: './instrument-sans-latin.woff2',
  weight: '400 700',
  display: 'optional',
  variable: '--font-instrument',
  fallback: ['system-ui', 'sans-serif'],
  declarations: [{ prop: 'font-stretch', value: '75% 100%' }],
});

/**
 * Its further Latin letters. Fetched only by a page that shows one of them. It stands before the other in every list, because
 * that one ends in typefaces that have all letters; its range keeps it from taking the rest.
 */
export const instrumentSansExtended = localFont({
  src: './instrument-sans-latin-ext.woff2',
  weight: '400 700',
  display: 'optional',
  preload: false,
  adjustFontFallback: false,
  variable: '--font-instrument-ext',
  declarations: [
    { prop: 'font-stretch', value: '75% 100%' },
    {
      prop: 'unicode-range',
      value:
        'U+0100-0130,U+0132-0151,U+0154-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+1D00-1DBF,U+1E00-1E9F,U+1EF2-1EFF,U+2113,U+2C60-2C7F,U+A720-A7FF',
    },
  ],
});
