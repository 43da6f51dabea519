/**
 * What mails to an address are counted under: `first.last+tag@…` and `firstlast@…` are one, because many providers deliver
 * both to one mailbox, and so are letters of other widths. For limits alone: where a provider does tell them apart, two
 * people share a count, and nothing else. A local part that begins with `+` is all name.
 *
 * @param email Normalized.
 */
export function countedMailbox(email: string): string {
  const at = email.lastIndexOf('@');
  const local = email.slice(0, at).normalize('NFKC').toLowerCase().replaceAll('.', '');
  return `${local.replace(/(?<=.)\+.*$/s, '')}@${domainOf(email)}`;
}

/** @param email Normalized. */
export const domainOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1);
