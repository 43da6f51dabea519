// What a service imports to verify access tokens: the public surface of this ring. `npm run verifier` makes one file
// without dependencies of it, which runs on Node, on edge runtimes and in workers of a browser.

export type { Failure, Result, Success, TokenFailure } from '@/lib/core/failures';
export type { AccessClaims, Role, StatusReference } from '@/lib/core/token/claims';
export type { ProofRequirement } from './bearer-guard';
export { type BearerGuard, type BearerOutcome, type BearerRefusal, bearerGuard } from './bearer-guard';
export type { Surroundings } from './surroundings';
export { createVerifier, type Verifier, type VerifierOptions } from './verifier';
