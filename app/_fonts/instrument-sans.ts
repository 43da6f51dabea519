import localFont from 'next/font/local';

/**
 * The one typeface: Instrument Sans, variable in weight. SIL Open Font License, see OFL.txt beside it; DECISIONS.md says how
 * the files were made ("The typeface comes in pieces"). `optional`: a page that was drawn without it stays so, and nothing
 * moves under a reader's finger; the next page has it.
 */
export const instrumentSans = localFont({
  src: './instrument-sans-basic.woff2',
  weight: '400 700',
  display: 'optional',
  variable: '--font-instrument',
  fallback: ['system-ui', 'sans-serif'],
});

/**
 * Letters with accents and further signs of western Europe, and below those of the rest of Latin. Fetched only by a page
 * that shows one of them. They stand before the other in every list, because that one ends in typefaces that have all
 * letters; their ranges keep them from taking the rest.
 */
export const instrumentSansAccents = localFont({
  src: './instrument-sans-accents.woff2',
  weight: '400 700',
  display: 'optional',
  preload: false,
  adjustFontFallback: false,
  variable: '--font-instrument-accents',
  declarations: [
    {
      prop: 'unicode-range',
      value:
        'U+00A1-00A3,U+00A5,U+00A7-00A8,U+00AA-00AB,U+00AE-00B0,U+00B4,U+00B6,U+00B8,U+00BA-00BB,U+00BF-00FF,U+0131,U+0152-0153,U+02C6,U+02DA,U+02DC,U+0300-0301,U+0303-0304,U+0308,U+201A,U+201E,U+2022,U+2039-203A,U+20AC,U+2122,U+2191,U+2193,U+2212',
    },
  ],
});

export const instrumentSansExtended = localFont({
  src: './instrument-sans-latin-ext.woff2',
  weight: '400 700',
  display: 'optional',
  preload: false,
  adjustFontFallback: false,
  variable: '--font-instrument-ext',
  declarations: [
    {
      prop: 'unicode-range',
      value:
        'U+0100-0130,U+0132-0151,U+0154-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+1D00-1DBF,U+1E00-1E9F,U+1EF2-1EFF,U+2113,U+2C60-2C7F,U+A720-A7FF',
    },
  ],
});
