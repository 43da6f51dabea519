import 'server-only';
import { Prisma } from '@/lib/server/database/generated/prisma/client';

/** What protects a person besides the password. A recovery code is no factor: it stands in for one. */
export type SecondFactors = {
  readonly hasTotp: boolean;
  readonly hasPasskey: boolean;
  readonly recoveryCodesLeft: number;
  /** Another one with each factor that comes or goes, and with new recovery codes: what was decided by it holds only as long as it is the same. */
  readonly factorsVersion: number;
};

/** The same of `u`, as columns of a statement. */
export const FACTOR_COLUMNS = Prisma.sql`u."factorsVersion",
      EXISTS (SELECT FROM "Totp" t WHERE t."userId" = u.id) AS "hasTotp",
      EXISTS (SELECT FROM "Passkey" k WHERE k."userId" = u.id) AS "hasPasskey",
      (SELECT count(*)::int FROM "RecoveryCode" c WHERE c."userId" = u.id AND c."usedAt" IS NULL) AS "recoveryCodesLeft"`;

/** Whether a password alone signs nobody in. */
export const hasSecondFactor = ({ hasTotp, hasPasskey }: SecondFactors): boolean => hasTotp || hasPasskey;

/** By what a person proves a second factor. */
export type FactorMethod = 'passkey' | 'totp' | 'recovery';

/** Those that this person has, best first; none for somebody without a second factor, whose codes are good for nothing. */
export function factorMethods(factors: SecondFactors, arePasskeysAvailable: boolean): readonly FactorMethod[] {
  if (!hasSecondFactor(factors)) return [];
  return [
    ...(factors.hasPasskey && arePasskeysAvailable ? (['passkey'] as const) : []),
    ...(factors.hasTotp ? (['totp'] as const) : []),
    ...(factors.recoveryCodesLeft > 0 ? (['recovery'] as const) : []),
  ];
}
