import { BROWSER_MAP, getParser } from 'bowser';

/** Names of the library that people know by other words. The last two are missing from its own table of names. */
const OUR_WORDS: ReadonlyMap<string, string> = new Map([
  ['Microsoft Edge', 'Edge'],
  ['Samsung Internet for Android', 'Samsung Internet'],
  ['Chrome OS', 'ChromeOS'],
  ['Opera Touch', 'Opera'],
  ['Miui', 'Mi Browser'],
]);

/** Of a browser that the library does not know, it repeats what the header says: those words are not ours. */
const BROWSERS: ReadonlySet<string> = new Set([...Object.values(BROWSER_MAP), ...OUR_WORDS.keys()]);

const MAX_USER_AGENT = 256;

/** What is kept of a `User-Agent`. */
export const trimUserAgent = (userAgent: string | null): string | null => userAgent?.slice(0, MAX_USER_AGENT) ?? null;

/**
 * Browser family and system, such as "Firefox on Linux"; null when neither is known. For people to recognise their
 * devices by, and to notice another one; a client can claim any of it. Only the first 256 characters are read.
 */
export function describeDevice(userAgent: string | null): string | null {
  const text = trimUserAgent(userAgent) ?? '';
  if (text === '') return null;
  const parser = getParser(text, true);
  const browser = parser.getBrowserName();
  const parts = [BROWSERS.has(browser) ? browser : '', systemOf(text, parser.getOSName())];
  const known = parts.filter((name) => name !== '').map((name) => OUR_WORDS.get(name) ?? name);
  return known.length === 0 ? null : known.join(' on ');
}

/** Browsers write "Linux". What writes it small is a program, such as curl, and better known by its own name. */
const systemOf = (text: string, system: string): string =>
  system === 'Linux' && !text.includes('Linux') ? '' : system;

/** The product that a program names itself by, such as "curl" of "curl/8.5.0" (RFC 9110 §10.1.5); null when it names none. */
export const describeProgram = (userAgent: string | null): string | null =>
  /^[A-Za-z][A-Za-z0-9._-]{0,39}(?=[/ ]|$)/.exec(userAgent ?? '')?.[0] ?? null;
