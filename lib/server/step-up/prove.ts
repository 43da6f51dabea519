import 'server-only';
import type { FactorCode } from '@/lib/core/factors/factor-code';
import type { ProofKind } from '@/lib/core/factors/proof';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { proveCode } from '@/lib/server/factors/prove-code';
import { type BroughtPasskey, provePasskey } from '@/lib/server/factors/prove-passkey';
import type { Spending } from '@/lib/server/factors/spending';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { type Bucket, factorBucket } from '@/lib/server/rate-limit/buckets';
import type { Blocked } from '@/lib/server/rate-limit/limiter';
import { readKnownDevice } from '@/lib/server/sign-in/known-device';
import { hasSecondFactor } from '@/lib/server/users/second-factors';
import type { Signer } from './guard';
import { provePassword, UNTIL_SIGNED_IN } from './prove-password';
import { traceWrongProof } from './wrong-proof';

/** What a person brings to prove once more who they are. */
export type BroughtProof =
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'code'; readonly code: FactorCode }
  | { readonly kind: 'passkey'; readonly brought: BroughtPasskey };

/** A right proof; what is still to be done with it. */
export type Proven = {
  readonly kind: ProofKind;
  /** Of a password: since when it had been set. */
  readonly passwordSince: Date | null;
  /** To be used up by the statement that acts on the proof; null for a password, which stays as good as it was. */
  readonly spending: Spending | null;
  /** To be settled once that statement has. */
  readonly bucket: Bucket | null;
};

export type ProofFailure =
  | 'invalid_credentials'
  | 'invalid_code'
  | 'invalid_passkey'
  | 'factor_required'
  | 'overloaded';

type Asked = { readonly signer: Signer; readonly facts: RequestFacts; readonly deviceCookie: string | null };

/**
 * Compares what a person who is signed in brings. Where they have a second factor nothing else is taken
 * (`factor_required`). Failures are counted where those of the same device at sign-in are, or for the session where the
 * browser has no device cookie, so that strangers cannot make its owner wait. Of a passkey, which nobody can guess, none are.
 */
export async function prove(proof: BroughtProof, asked: Asked): Promise<Result<Proven, ProofFailure> | Blocked> {
  switch (proof.kind) {
    case 'password':
      return byPassword(proof.password, asked);
    case 'code':
      return byCode(proof.code, asked);
    case 'passkey':
      return byPasskey(proof.brought, asked);
  }
}

async function byPassword(password: string, asked: Asked): Promise<Result<Proven, ProofFailure> | Blocked> {
  if (hasSecondFactor(asked.signer.factors)) return fail('factor_required');
  const proven = await provePassword({ ...asked, password });
  if (!proven.ok) return proven;
  return succeed({ kind: 'password', passwordSince: proven.value, spending: null, bucket: null });
}

async function byCode(code: FactorCode, asked: Asked): Promise<Result<Proven, ProofFailure> | Blocked> {
  const { signer, facts } = asked;
  const { user } = signer;
  const deviceId = await deviceOf(asked);
  const proven = await proveCode({ userId: user.id, deviceId, code, facts, isRowBounded: true });
  if (!proven.ok) {
    if (proven.code === 'row_too_long') return UNTIL_SIGNED_IN;
    if (proven.code === 'too_many_attempts') return proven;
    await traceWrongProof(signer, code.kind, facts);
    return fail(proven.code);
  }
  const { spending, bucket } = proven.value;
  return succeed({ kind: spending.kind, passwordSince: null, spending, bucket });
}

async function byPasskey(brought: BroughtPasskey, asked: Asked): Promise<Result<Proven, ProofFailure>> {
  const { signer, facts } = asked;
  const { user, sessionId } = signer;
  const proven = await provePasskey(brought, 'passkey-step-up', { sub: user.id, sid: sessionId }, facts);
  if (!proven.ok) {
    await traceWrongProof(signer, 'passkey', facts);
    return fail('invalid_passkey');
  }
  const bucket = await factorBucket(user.id, await deviceOf(asked));
  return succeed({ kind: 'passkey', passwordSince: null, spending: proven.value.spending, bucket });
}

/** Where failures of codes are counted. */
const deviceOf = async ({ signer, deviceCookie }: Asked): Promise<string> =>
  (await readKnownDevice(deviceCookie, signer.user.email)) ?? `session ${signer.sessionId}`;
