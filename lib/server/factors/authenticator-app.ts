import 'server-only';
import { Secret, TOTP } from 'otpauth';
import type { Bytes, RandomBytes } from '@/lib/core/encoding';
import type { EpochSeconds } from '@/lib/core/time';
import { SITE } from '@/site';

/** As long as SHA-1's result, which RFC 4226 §4 (R6) recommends. */
const SECRET_BYTES = 20;
const STEP_SECONDS = 30;
/** What every app can do: others read the parameters of an address and ignore them. */
const PARAMETERS = { algorithm: 'SHA1', digits: 6, period: STEP_SECONDS } as const;
/** A clock may be one step off, either way (RFC 6238 §5.2). */
const TOLERATED_STEPS = 1;

export const newTotpSecret = (random: RandomBytes): Bytes => random(SECRET_BYTES);

/** What an app is given: the address in the QR code, and the key for those who type it. */
export type TotpAddress = { readonly uri: string; readonly key: string };

/** `email` is how the app names the account in its list. */
export function totpAddress(secret: Bytes, email: string): TotpAddress {
  const totp = new TOTP({ ...PARAMETERS, issuer: SITE.name, label: email, secret: opened(secret) });
  return { uri: totp.toString(), key: totp.secret.base32 };
}

/**
 * The time step of which `code` is the one (RFC 6238 §4), by a clock that may be a step off; null when it is none. Six
 * digits. That a step is taken once is for the database to say.
 */
export function matchingStep(secret: Bytes, code: string, now: EpochSeconds): number | null {
  const delta = TOTP.validate({
    ...PARAMETERS,
    token: code,
    secret: opened(secret),
    timestamp: now * 1_000,
    window: TOLERATED_STEPS,
  });
  return delta === null ? null : Math.floor(now / STEP_SECONDS) + delta;
}

const opened = (secret: Bytes): Secret => new Secret({ buffer: secret.buffer });
