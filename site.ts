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
