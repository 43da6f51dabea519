import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { MAX_PASSKEYS, UNDO_LINK_SECONDS } from '@/lib/core/policy';
import { markUsed } from '@/lib/server/ceremonies/ceremony-store';
import type { Transaction } from '@/lib/server/database/client';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import type { PasskeyCeremony } from '@/lib/server/factors/passkey-ceremony';
import type { NewPasskey } from '@/lib/server/factors/passkey-verification';
import type { MailMessage } from '@/lib/server/mail/compose';
import { MAIL_COLUMNS, mailValues, sealMail } from '@/lib/server/mail/sealed-mail';
import { IS_OPEN_ACCOUNT } from '@/lib/server/users/account-state';
import { insertCodes, type NewRecoveryCodes } from './new-recovery-codes';
import { PASSKEY_COLUMNS, type PasskeyRow } from './passkey-list';

export type PasskeyWrite = {
  readonly ceremony: PasskeyCeremony;
  readonly userId: string;
  /** Of the factors by which it was decided whether this is the first. */
  readonly factorsVersion: number;
  /** `user.id` that it was made for. */
  readonly handle: Bytes;
  readonly id: string;
  readonly name: string;
  readonly passkey: NewPasskey;
  readonly transports: readonly string[];
  readonly recoveryCodes: NewRecoveryCodes | null;
  readonly sessionId: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** Tells the owner, and holds the link by which they may say that it was not them. */
  readonly notice: MailMessage;
  readonly undoHash: Bytes;
};

type Written = { readonly isUsed: boolean } & (PasskeyRow | { readonly [Name in keyof PasskeyRow]: null });

/**
 * Stores a passkey and the recovery codes that come with it, uses its ceremony up, and tells the owner, in one statement. The
 * person's row is locked first; the unique credential id decides between two who have the same. `void` when the ceremony was
 * used, the person has another handle by now, or a factor came or went meanwhile. The caller undoes its transaction unless
 * there is a row.
 */
export async function writePasskey(write: PasskeyWrite, tx: Transaction): Promise<PasskeyRow | 'taken' | 'void'> {
  const { ceremony, userId, factorsVersion, handle, id, name, passkey, transports, recoveryCodes } = write;
  const { credentialId, publicKey, counter, backupEligible, backedUp, aaguid } = passkey;
  const { sessionId, ip, userAgent, undoHash } = write;
  const notice = mailValues(await sealMail(write.notice));
  const codes =
    recoveryCodes === null ? Prisma.empty : Prisma.sql`, coded AS (${insertCodes(recoveryCodes, Prisma.sql`added`)})`;
  const [written] = await tx.$queryRaw<Written[]>`
    WITH person AS MATERIALIZED (
      SELECT id, email FROM "User"
      WHERE id = ${userId} AND ${IS_OPEN_ACCOUNT} AND "factorsVersion" = ${factorsVersion}
        AND ("passkeyHandle" IS NULL OR "passkeyHandle" = ${handle}) FOR UPDATE
    ), used AS (
      ${markUsed('passkey-new', ceremony, Prisma.sql`person`)}
    ), added AS (
      INSERT INTO "Passkey" (id, "userId", "credentialId", "publicKey", counter, "backupEligible", "backedUp", transports, aaguid, name)
      SELECT ${id}, p.id, ${credentialId}, ${publicKey}, ${counter}::bigint, ${backupEligible}, ${backedUp},
        ${[...transports]}::text[], ${aaguid}, ${name}
      FROM person p CROSS JOIN used
      WHERE (SELECT count(*) FROM "Passkey" k WHERE k."userId" = p.id) < ${MAX_PASSKEYS}
      ON CONFLICT ("credentialId") DO NOTHING RETURNING *
    ), handled AS (
      UPDATE "User" SET "passkeyHandle" = ${handle} WHERE id = (SELECT "userId" FROM added) AND "passkeyHandle" IS NULL
    ), entitled AS MATERIALIZED (
      SELECT p.id, p.email FROM person p JOIN added a ON a."userId" = p.id
    )${codes}, audited AS (
      INSERT INTO "AuditEvent" (type, "userId", "sessionId", ip, "userAgent", details)
      SELECT 'passkey_added', id, ${sessionId}, ${ip}, ${userAgent}, jsonb_build_object('passkey', ${id}::text) FROM entitled
    ), undoable AS (
      INSERT INTO "MailLink" (hash, purpose, "userId", address, "expiresAt")
      SELECT ${undoHash}, 'not_me', id, email, now() + ${UNDO_LINK_SECONDS} * interval '1 second' FROM entitled
    ), mailed AS (
      INSERT INTO "Outbox" ("to", ${MAIL_COLUMNS}) SELECT email, ${notice} FROM entitled
    )
    SELECT ${PASSKEY_COLUMNS}, EXISTS (SELECT FROM used) AS "isUsed" FROM (VALUES (1)) one LEFT JOIN added k ON true`;
  if (written === undefined || written.id === null) return written?.isUsed === true ? 'taken' : 'void';
  const { isUsed: _, ...row } = written;
  return row;
}
