import localFont from 'next/font/local';

/**
 * What a stamp is lettered in: Instrument Sans, narrow and bold, capitals and digits only. A file of its own, so that only
 * pages with an impression fetch it and the text's typeface needs no axis of width. Other letters come in that typeface.
 */
export const lettering = localFont({
  src: '../../_fonts/instrument-sans-lettering.woff2',
  weight: '700',
  display: 'optional',
  adjustFontFallback: false,
  variable: '--font-lettering',
});
