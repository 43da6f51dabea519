/** First match wins: browsers name their ancestors, so the most specific name stands first. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|HeadlessChrome|Chromium)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:iPhone|iPad|iPod)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\b(?:Macintosh|Mac OS X)\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

const MAX_USER_AGENT = 256;

/** What is kept of a `User-Agent`. */
export const trimUserAgent = (userAgent: string | null): string | null => userAgent?.slice(0, MAX_USER_AGENT) ?? null;

/**
 * Browser family and system, such as "Firefox on Linux"; null when neither is known. For people to recognise their
 * devices by, and to notice another one; anybody can claim any of it.
 */
export function describeDevice(userAgent: string | null): string | null {
  if (userAgent === null) return null;
  const find = (table: typeof BROWSERS) => table.find(([pattern]) => pattern.test(userAgent))?.[1];
  const browser = find(BROWSERS);
  const system = find(SYSTEMS);
  if (browser !== undefined && system !== undefined) return `${browser} on ${system}`;
  return browser ?? system ?? null;
}

/** The product that a program names itself by, such as "curl" of "curl/8.5.0" (RFC 9110 §10.1.5); null when it names none. */
export const describeProgram = (userAgent: string | null): string | null =>
  /^[A-Za-z][A-Za-z0-9._-]{0,39}(?=[/ ]|$)/.exec(userAgent ?? '')?.[0] ?? null;
