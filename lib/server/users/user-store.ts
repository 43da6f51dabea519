import 'server-only';
import { recordRepeatedWith } from '@/lib/server/audit/repeated-events';
import { db, type Transaction } from '@/lib/server/database/client';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import { IS_OPEN_ACCOUNT, OPEN_ACCOUNT } from './account-state';
import { IS_UNINVITED } from './passkey-invitation';
import { FACTOR_COLUMNS, type SecondFactors } from './second-factors';

/** All that an answer may say of a user: login, `/api/me` and every page read these fields and no others. */
export const PUBLIC_FIELDS = { id: true, email: true, name: true, role: true } as const satisfies Prisma.UserSelect;

export type PublicUser = Readonly<Prisma.UserGetPayload<{ select: typeof PUBLIC_FIELDS }>>;

/** The same fields as columns of `u`. Names of ours, so they may stand in a statement as they are. */
export const PUBLIC_COLUMNS = Prisma.raw(
  Object.keys(PUBLIC_FIELDS)
    .map((name) => `u."${name}"`)
    .join(', '),
);

/** The user of that id; null when there is none or the account is disabled. */
export async function findPublicUser(id: string): Promise<PublicUser | null> {
  return db().user.findFirst({ where: { id, ...OPEN_ACCOUNT }, select: PUBLIC_FIELDS });
}

/** A user as login needs it. Only the password check may read `passwordHash`. */
export type Credentials = {
  readonly user: PublicUser;
  readonly isDisabled: boolean;
  readonly passwordHash: string | null;
  /** When the person set it; a hash of a newer policy leaves that as it is. */
  readonly passwordSince: Date | null;
  readonly factors: SecondFactors;
  /** True: the next right password in a browser takes all second factors away. */
  readonly isFactorResetDue: boolean;
  /** True: a passkey was never offered to them. */
  readonly isUninvited: boolean;
};

/** A person by address, with all that a sign-in has to know of them. */
export async function findCredentials(email: string): Promise<Credentials | null> {
  const [row] = await db().$queryRaw<(PublicUser & SecondFactors & Omit<Credentials, 'user' | 'factors'>)[]>`
    SELECT ${PUBLIC_COLUMNS}, NOT ${IS_OPEN_ACCOUNT} AS "isDisabled", p.hash AS "passwordHash",
      p."changedAt" AS "passwordSince", ${FACTOR_COLUMNS}, EXISTS (
        SELECT FROM "FactorReset" r WHERE r."userId" = u.id AND r."notBefore" <= now() AND r."expiresAt" > now()
      ) AS "isFactorResetDue", ${IS_UNINVITED} AS "isUninvited"
    FROM "User" u LEFT JOIN "Password" p ON p."userId" = u.id WHERE u.email = ${email}`;
  if (row === undefined) return null;
  const { isDisabled, passwordHash, passwordSince, isFactorResetDue, isUninvited, ...rest } = row;
  const { hasTotp, hasPasskey, recoveryCodesLeft, factorsVersion, ...user } = rest;
  const factors = { hasTotp, hasPasskey, recoveryCodesLeft, factorsVersion };
  return { user, isDisabled, passwordHash, passwordSince, factors, isFactorResetDue, isUninvited };
}

export async function findUserId(email: string): Promise<string | null> {
  const found = await db().user.findUnique({ where: { email }, select: { id: true } });
  return found?.id ?? null;
}

/** Whose address it is. */
export type AddressOwner = {
  readonly userId: string;
  /** True: they changed it lately, and may take that back. Until then it is kept for them. */
  readonly isHeld: boolean;
};

/** Condition of a statement on "MailLink": it is the open link by which the owner of an address may have it again. */
export const IS_OPEN_UNDO = Prisma.sql`purpose = 'undo_email' AND "usedAt" IS NULL AND "expiresAt" > now()`;

/** Whom an address belongs to; null when anybody may have it. */
export async function findAddressOwner(email: string, tx: Transaction = db()): Promise<AddressOwner | null> {
  const [owner] = await tx.$queryRaw<AddressOwner[]>`
    SELECT id AS "userId", false AS "isHeld" FROM "User" WHERE email = ${email}
    UNION ALL SELECT "userId", true FROM "MailLink"
    WHERE address = ${email} AND ${IS_OPEN_UNDO}
    LIMIT 1`;
  return owner ?? null;
}

/** Replaces the stored hash, if it is still the one that was checked: a change of password meanwhile wins. */
export async function upgradePasswordHash(userId: string, checkedHash: string, newHash: string): Promise<void> {
  await db().password.updateMany({ where: { userId, hash: checkedHash }, data: { hash: newHash } });
}

/** Who asks for a change of a user, for the audit log. */
export type AskedBy = { readonly sessionId: string; readonly ip: string | null; readonly userAgent: string | null };

/** `name` already validated; null removes it. The change and its audit event are one. */
export async function renameUser(id: string, name: string | null, askedBy: AskedBy): Promise<PublicUser> {
  return db().$transaction(async (tx) => {
    const renamed = await tx.user.update({ where: { id }, data: { name }, select: PUBLIC_FIELDS });
    await recordRepeatedWith({ type: 'name_changed', userId: id, ...askedBy }, id, tx);
    return renamed;
  });
}
