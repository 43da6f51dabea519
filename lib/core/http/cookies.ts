/** Names of our cookies. With https they bear the `__Host-` prefix (RFC 6265bis §4.1.3.2); on localhost they cannot. */
export type CookieNames = {
  readonly access: string;
  readonly refresh: string;
  readonly pending: string;
  /** Marks a browser that signed in to an account before. */
  readonly device: string;
  /** What somebody had typed when their session turned out to be over. */
  readonly draft: string;
  /** What a form said besides the password, sealed, for the page that it is led back to. */
  readonly typed: string;
  /** Whom a page may offer a passkey: the id of the person who just signed in without one. */
  readonly invitation: string;
};

const SECURE_NAMES: CookieNames = {
  access: '__Host-access',
  refresh: '__Host-refresh',
  pending: '__Host-pending',
  device: '__Host-device',
  draft: '__Host-draft',
  typed: '__Host-typed',
  invitation: '__Host-invitation',
};
const LOCAL_NAMES: CookieNames = {
  access: 'handstamp-access',
  refresh: 'handstamp-refresh',
  pending: 'handstamp-pending',
  device: 'handstamp-device',
  draft: 'handstamp-draft',
  typed: 'handstamp-typed',
  invitation: 'handstamp-invitation',
};

export const cookieNames = (isSecure: boolean): CookieNames => (isSecure ? SECURE_NAMES : LOCAL_NAMES);

/** Attributes of every cookie that we set, and of the deletion of each: what is set one way is cleared the same way. */
export const cookieAttributes = (isSecure: boolean) =>
  ({ httpOnly: true, secure: isSecure, sameSite: 'lax', path: '/' }) as const;

/**
 * The value of cookie `name` in a `Cookie` header; null when it is absent or occurs twice. A second cookie of one name
 * was planted by another host, and either could be ours.
 */
export function readCookie(header: string | null, name: string): string | null {
  const [value = null, ...others] = everyCookie(header, name);
  return others.length === 0 ? value : null;
}

/** The values of all cookies `name` in a `Cookie` header: for sign-out, which ends what it is shown, planted or not. */
export const everyCookie = (header: string | null, name: string): string[] =>
  header === null ? [] : cookiePairs(header).flatMap(([pairName, value]) => (pairName === name ? [value] : []));

/**
 * `value`, which a cookie parser found under `name`, if `header` says the same; null otherwise. Parsers keep one of two
 * cookies of a name and undo escapes, so that a planted cookie, or another spelling of a token, would pass for ours.
 */
export const confirmedCookie = (header: string | null, name: string, value: string | undefined): string | null =>
  value !== undefined && value === readCookie(header, name) ? value : null;

/** True when the header holds any cookie of `names`, readable or not. */
export const hasAnyCookie = (header: string | null, names: CookieNames): boolean =>
  header !== null && cookiePairs(header).some(([name]) => Object.values(names).includes(name));

/** `header` with the cookies of `replacements` in place of those of the same names; all others untouched. */
export function replaceCookies(header: string | null, replacements: ReadonlyMap<string, string>): string {
  const parts = (header ?? '').split(';').map(trimBlanks);
  const kept = parts.filter((part) => part !== '' && !replacements.has(nameOf(part)));
  return [...kept, ...[...replacements].map(([name, value]) => `${name}=${value}`)].join('; ');
}

/** Name and value of a `Set-Cookie` line (RFC 6265 §5.2); null when it has none. */
export function parseSetCookie(line: string): { name: string; value: string } | null {
  const [pair = ''] = line.split(';', 1);
  const equals = pair.indexOf('=');
  return equals < 1 ? null : { name: pair.slice(0, equals).trim(), value: pair.slice(equals + 1).trim() };
}

function cookiePairs(header: string): [name: string, value: string][] {
  return header.split(';').flatMap((part): [string, string][] => {
    const name = nameOf(part);
    return name === '' ? [] : [[name, trimBlanks(part.slice(part.indexOf('=') + 1))]];
  });
}

/** Empty for a cookie without a name, which is none of ours. */
const nameOf = (part: string): string => trimBlanks(part.slice(0, Math.max(0, part.indexOf('='))));

/** Only space and tab are white space here (RFC 6265 §5.2): trimming more would let another name pass for ours. */
function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text, start)) start += 1;
  while (end > start && isBlank(text, end - 1)) end -= 1;
  return text.slice(start, end);
}

const isBlank = (text: string, at: number): boolean => text[at] === ' ' || text[at] === '\t';
