import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { RECENT_SECONDS } from '@/lib/core/policy';
import type { EpochSeconds } from '@/lib/core/time';
import type { AccessClaims } from '@/lib/core/token/claims';
import { arePasskeysAvailable } from '@/lib/server/config/passkeys';
import { db } from '@/lib/server/database/client';
import { Prisma, type SessionKind } from '@/lib/server/database/generated/prisma/client';
import { networkNow, type RequestFacts } from '@/lib/server/http/request-facts';
import { isUsableFrom } from '@/lib/server/sessions/home-network';
import { IS_OPEN_ACCOUNT } from '@/lib/server/users/account-state';
import {
  FACTOR_COLUMNS,
  type FactorMethod,
  factorMethods,
  hasSecondFactor,
  type SecondFactors,
} from '@/lib/server/users/second-factors';
import { PUBLIC_COLUMNS, type PublicUser } from '@/lib/server/users/user-store';

/** By what a person can prove once more who they are. */
export type StepUpMethod = 'password' | FactorMethod;

/** A person who may change their account, as the database knows them at this moment. */
export type Signer = {
  readonly user: PublicUser;
  readonly sessionId: string;
  readonly kind: SessionKind;
  /** True when they proved who they are a few minutes ago, and by a second factor where they have one. */
  readonly isRecent: boolean;
  /** Until when that proof counts; in the past when it does not any more. */
  readonly recentUntil: EpochSeconds;
  /** What proves them now, best first. */
  readonly methods: readonly StepUpMethod[];
  /** The stored password and when it was set; null for a person without one. */
  readonly password: { readonly hash: string; readonly since: Date } | null;
  readonly factors: SecondFactors;
  /** How many passkeys they have. */
  readonly passkeyCount: number;
};

type Row = PublicUser &
  SecondFactors & {
    readonly kind: SessionKind;
    readonly isRecent: boolean;
    readonly recentUntil: EpochSeconds;
    readonly passwordHash: string | null;
    readonly passwordSince: Date | null;
    readonly passkeyCount: number;
  };

/**
 * The guard of every change of an account: as `findSigner`, and `forbidden` for programs, whose tokens change no account.
 */
export async function guardChange(
  claims: Pick<AccessClaims, 'sub' | 'sid'>,
  facts: Pick<RequestFacts, 'ip'>,
): Promise<Result<Signer, 'unauthenticated' | 'forbidden'>> {
  const found = await findSigner(claims, facts);
  return found.ok && found.value.kind !== 'browser' ? fail('forbidden') : found;
}

/**
 * Asks the database whether the session of `claims` is live and who its person is, in one statement, because a token's word
 * may be fifteen minutes old. `unauthenticated` when the session is over or the person disabled.
 */
export async function findSigner(
  { sub, sid }: Pick<AccessClaims, 'sub' | 'sid'>,
  facts: Pick<RequestFacts, 'ip'>,
): Promise<Result<Signer, 'unauthenticated'>> {
  const [row] = await db().$queryRaw<Row[]>`
    SELECT ${PUBLIC_COLUMNS}, s.kind::text AS kind, p.hash AS "passwordHash", p."changedAt" AS "passwordSince", f.*,
      (SELECT count(*)::int FROM "Passkey" k WHERE k."userId" = u.id) AS "passkeyCount",
      r.until > now() AS "isRecent", extract(epoch FROM r.until)::float8 AS "recentUntil"
    FROM "Session" s JOIN "User" u ON u.id = s."userId" LEFT JOIN "Password" p ON p."userId" = u.id,
      LATERAL (SELECT ${FACTOR_COLUMNS}) f,
      LATERAL (
        SELECT CASE WHEN (f."hasTotp" OR f."hasPasskey") AND 'mfa' <> ALL(s.amr) THEN s."authenticatedAt"
          ELSE s."authenticatedAt" + ${RECENT_SECONDS} * interval '1 second' END AS until
      ) r
    WHERE ${isSignedIn({ sub, sid }, facts)}`;
  if (row === undefined) return fail('unauthenticated');
  const { kind, isRecent, recentUntil, passwordHash, passwordSince, passkeyCount, ...rest } = row;
  const { hasTotp, hasPasskey, recoveryCodesLeft, factorsVersion, ...user } = rest;
  const factors = { hasTotp, hasPasskey, recoveryCodesLeft, factorsVersion };
  const password =
    passwordHash === null || passwordSince === null ? null : { hash: passwordHash, since: passwordSince };
  const methods = methodsOf(factors, password !== null);
  return succeed({ user, sessionId: sid, kind, isRecent, recentUntil, methods, password, factors, passkeyCount });
}

/** Condition over a session `s` and its person `u`: it is that of `claims`, it is live, and may be used from where it is. */
export const isSignedIn = (
  { sub, sid }: Pick<AccessClaims, 'sub' | 'sid'>,
  facts: Pick<RequestFacts, 'ip'>,
): Prisma.Sql => Prisma.sql`s.id = ${sid} AND s."userId" = ${sub} AND s."endedAt" IS NULL AND s."idleExpiresAt" > now()
      AND s."absoluteExpiresAt" > now() AND ${IS_OPEN_ACCOUNT} AND ${isUsableFrom(networkNow(facts))}`;

/** Where there is a second factor, a password proves nothing by itself. */
function methodsOf(factors: SecondFactors, hasPassword: boolean): readonly StepUpMethod[] {
  if (hasSecondFactor(factors)) return factorMethods(factors, arePasskeysAvailable());
  return hasPassword ? ['password'] : [];
}
