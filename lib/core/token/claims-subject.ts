import type { Role } from './claims';
import type { ProductClaims } from './own-claims';

/** Whose token is made. */
export type ClaimsSubject = {
  readonly user: { readonly id: string; readonly role: Role };
  readonly session: {
    readonly id: string;
    readonly kind: 'browser' | 'api';
    /** The OAuth client that a program proved to be; null for others. */
    readonly clientId: string | null;
    /** `aud`: our own origin, or the service that a program named. */
    readonly audience: string;
  };
};

/** Gives the claims of a product for a token. */
export type ClaimsOf<Claims extends ProductClaims> = (
  user: ClaimsSubject['user'],
  session: ClaimsSubject['session'],
) => Claims | Promise<Claims>;
