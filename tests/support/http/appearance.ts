import type { Answer } from './requests';

/**
 * All by which a visitor could tell an answer from another one, but for its time: status, body, headers in their order
 * without `Date`, and of each cookie its name, its attributes and how long its value is.
 */
export function appearanceOf({ status, text, headers, setCookieLines }: Answer) {
  const others = Object.entries(headers).filter(([name]) => name !== 'date' && name !== 'set-cookie');
  return { status, text, headers: others, cookies: setCookieLines.map(appearanceOfCookie) };
}

function appearanceOfCookie(line: string) {
  const [pair = '', ...attributes] = line.split('; ');
  const name = pair.slice(0, pair.indexOf('='));
  // A moment, such as that of `Date`.
  return { name, length: pair.length, attributes: attributes.map((one) => one.replace(/^(Expires=).*/i, '$1')) };
}
