import { TOTP } from 'otpauth';

/** What an app with that key (base32) shows, so many steps of 30 seconds from now. */
export const codeOf = (key: string, steps = 0): string =>
  new TOTP({ secret: key }).generate({ timestamp: Date.now() + steps * 30_000 });

/** Six digits that the app shows at no time near now. */
export function wrongCodeFor(key: string): string {
  const near = [-2, -1, 0, 1, 2].map((steps) => codeOf(key, steps));
  return ['000000', '111111', '222222', '333333', '444444', '555555'].find((code) => !near.includes(code)) ?? '';
}
