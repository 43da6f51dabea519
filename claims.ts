import type { ClaimsOf } from '@/lib/core/token/claims-subject';

/**
 * What the tokens of this product say of a person besides what Handstamp says, such as a plan, an organisation or permissions.
 * Everybody who sees a token can read it. docs/your-code.md shows how, and how a change arrives within seconds.
 */
// biome-ignore lint/complexity/noBannedTypes: nothing, until the product has claims of its own
export type OwnClaims = {};

/** Asked whenever a token is made. What it takes longer than a second for, or may not say, is left out and logged. */
export const claimsOf: ClaimsOf<OwnClaims> = () => ({});
