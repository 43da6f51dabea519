import { expect, expectTypeOf, test } from 'vitest';
import type * as Written from '@/lib/verifier/handstamp-verifier.mjs';
import type * as Source from '@/lib/verifier/index';
import * as source from '@/lib/verifier/index';

// `npm test` checks these with the types of everything: what is written for readers must be what the code says.
test('the declarations of the bundle are those of the source', () => {
  expectTypeOf<Written.AccessClaims>().toEqualTypeOf<Source.AccessClaims>();
  expectTypeOf<Written.TokenFailure>().toEqualTypeOf<Source.TokenFailure>();
  expectTypeOf<Written.VerifierOptions>().toEqualTypeOf<Source.VerifierOptions>();
  expectTypeOf<Written.Surroundings>().toEqualTypeOf<Source.Surroundings>();
  expectTypeOf<Written.Verifier>().toEqualTypeOf<Source.Verifier>();
  expectTypeOf<Written.BearerRefusal>().toEqualTypeOf<Source.BearerRefusal>();
  expectTypeOf<Written.BearerOutcome>().toEqualTypeOf<Source.BearerOutcome>();
  expectTypeOf<Written.BearerGuard>().toEqualTypeOf<Source.BearerGuard>();
  expectTypeOf<typeof Written.createVerifier>().toEqualTypeOf<typeof Source.createVerifier>();
  expectTypeOf<typeof Written.bearerGuard>().toEqualTypeOf<typeof Source.bearerGuard>();
  expectTypeOf<keyof typeof Written>().toEqualTypeOf<keyof typeof Source>();
  expect(Object.keys(source).sort()).toEqual(['bearerGuard', 'createVerifier']);
});
