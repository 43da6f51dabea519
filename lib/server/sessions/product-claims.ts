import 'server-only';
import { claimsOf, type OwnClaims } from '@/claims';
import type { AccessClaims } from '@/lib/core/token/claims';
import type { ClaimsSubject } from '@/lib/core/token/claims-subject';
import { checkOwnClaims } from '@/lib/core/token/own-claims';
import { log } from '@/lib/server/observability/logger';

/** The claims of a session, with the product's own. One from a token of an older release may miss some of them. */
export type SessionClaims = AccessClaims & { readonly own?: Readonly<Partial<OwnClaims>> };

/** Whoever signs in waits for them. */
const PATIENCE_MS = 1_000;

/**
 * What the product says of a person, for a token. A session whose refresh token was rotated must get its tokens, or its
 * owner would be signed out: so what fails, takes too long, or may not be said is left out of this token, and logged.
 */
export async function productClaims({ user, session }: ClaimsSubject): Promise<Pick<AccessClaims, 'own'>> {
  try {
    const checked = checkOwnClaims(await inTime(claimsOf(user, session)));
    if (checked.ok) return Object.keys(checked.value).length === 0 ? {} : { own: checked.value };
    log.error('claims.refused', { reason: checked.code, userId: user.id });
  } catch (error) {
    log.error('claims.failed', { error, userId: user.id });
  }
  return {};
}

function inTime<T>(work: T | Promise<T>): T | Promise<T> {
  if (!(work instanceof Promise)) return work;
  return new Promise((resolve, reject) => {
    const tooLate = () => reject(new Error(`claimsOf took longer than ${PATIENCE_MS} ms`));
    const timer = setTimeout(tooLate, PATIENCE_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
