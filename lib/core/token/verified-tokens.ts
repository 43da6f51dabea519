import type { VerifyingKey } from '../keys/jwk-set';
import type { AccessClaims } from './claims';

/** What follows from a token's text alone: a signature that was verified, what it says, and the key that proved it. */
export type VerifiedToken = {
  readonly claims: AccessClaims;
  /** `nbf` as the payload has it: no claim of ours. */
  readonly notBefore: unknown;
  readonly kid: string;
  readonly key: VerifyingKey;
};

/** For one process: twice as many at most, of some 3 KB each. */
export const KEPT_TOKENS = 2_000;

/** Memory of signatures, not of decisions: a caller that finds a token here still has to check its claims and its status. */
export type VerifiedTokens = {
  find(token: string): VerifiedToken | undefined;
  keep(token: string, verified: VerifiedToken): void;
  /** How many are kept. */
  size(): number;
};

/**
 * Keeps the tokens used last, at least `capacity` and at most twice as many of them. Two generations instead of an order:
 * the young one becomes the old one when it is full, and what is found in the old one moves to the young.
 */
export function verifiedTokens(capacity: number): VerifiedTokens {
  let young = new Map<string, VerifiedToken>();
  let old = new Map<string, VerifiedToken>();
  const keep = (token: string, verified: VerifiedToken) => {
    if (young.size >= capacity) {
      old = young;
      young = new Map();
    }
    young.set(token, verified);
  };
  return {
    find(token) {
      const known = young.get(token);
      if (known !== undefined) return known;
      const aged = old.get(token);
      if (aged !== undefined) keep(token, aged);
      return aged;
    },
    keep,
    size: () => young.size + old.size,
  };
}
