import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { toIso } from '@/lib/core/time';
import { db } from '@/lib/server/database/client';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import type { Signer } from '@/lib/server/step-up/guard';

/** A passkey as its owner sees it. Times as ISO 8601. */
export type ListedPasskey = {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
  /** True where its copies are kept by a password manager, as far as it says. */
  readonly synced: boolean;
};

export type PasskeyRow = { id: string; name: string; createdAt: Date; lastUsedAt: Date | null; synced: boolean };

/** The same of `k`, as columns of a statement. */
export const PASSKEY_COLUMNS = Prisma.sql`k.id, k.name, k."createdAt", k."lastUsedAt", k."backedUp" AS synced`;

const iso = (at: Date): string => toIso(at.getTime() / 1_000);

export const listedPasskey = ({ createdAt, lastUsedAt, ...rest }: PasskeyRow): ListedPasskey => ({
  ...rest,
  createdAt: iso(createdAt),
  lastUsedAt: lastUsedAt === null ? null : iso(lastUsedAt),
});

/** What we make as an id. The database takes no other text to compare: one with a NUL is none to it. */
const PASSKEY_ID = /^[A-Za-z0-9_-]{22}$/;

/** Null for a text that is no id of a passkey. */
export const readPasskeyId = (text: string | undefined): string | null =>
  text !== undefined && PASSKEY_ID.test(text) ? text : null;

/** Whether it is theirs. */
export async function isPasskeyOf(id: string, userId: string): Promise<boolean> {
  return (await db().passkey.count({ where: { id, userId } })) === 1;
}

/** Gives a passkey another name, for its owner to know it by. `not_found` for everybody else's. */
export async function renamePasskey(
  { user, sessionId }: Signer,
  id: string,
  name: string,
  { ip, userAgent }: RequestFacts,
): Promise<Result<ListedPasskey, 'not_found'>> {
  const [row] = await db().$queryRaw<PasskeyRow[]>`
    WITH renamed AS (
      UPDATE "Passkey" SET name = ${name} WHERE id = ${id} AND "userId" = ${user.id} RETURNING *
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId", "sessionId", ip, "userAgent", details)
      SELECT 'passkey_renamed', "userId", ${sessionId}, ${ip}, ${userAgent}, jsonb_build_object('passkey', id) FROM renamed
    )
    SELECT ${PASSKEY_COLUMNS} FROM renamed k`;
  return row === undefined ? fail('not_found') : succeed(listedPasskey(row));
}
