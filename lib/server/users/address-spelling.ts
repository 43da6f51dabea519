import 'server-only';
import { normalizeEmail } from '@/lib/core/email';
import { db } from '@/lib/server/database/client';
import { isUniqueViolation } from '@/lib/server/database/errors';
import { findUserId } from './user-store';

/**
 * In PostgreSQL's words: what may be in an address that `normalizeEmail` changes or refuses. Characters beyond ASCII and
 * capitals, dots without a name between them, encoded labels, which may decode to none, and a domain of one label or
 * with digits at its end. Few rows have any of it; those that do are looked at one by one.
 */
const MAY_DIFFER = '[^!-~]|[A-Z]|^[.]|[.][.]|[.]@|[@.]xn--|[.][0-9][^.]*$|@[^.]*$|^[^@]*$';

/** Rows a statement looks at: few enough for any time limit of the server. */
const BATCH_SIZE = 10_000;

type Stored = { readonly id: string; readonly email: string };

/** A stored address that stays as it is, though people cannot sign in with it any more. */
export type LeftAddress = Stored & {
  /** What it should be, and another account has; null when it is no address. */
  readonly wanted: string | null;
};

/**
 * Writes every stored address in its one spelling (`normalizeEmail`), which PostgreSQL cannot do: it has no UTS 46. What
 * another account has already is left, because only people can say which of two accounts they want; of two that want one
 * free address, the first by id gets it. Safe to run again, and beside a server that works; a run that finds nothing to
 * do reads the table once, in batches.
 */
export async function respellAddresses(): Promise<{ rewritten: number; left: LeftAddress[] }> {
  const left: LeftAddress[] = [];
  let rewritten = 0;
  for (let batch = await readBatch(''); batch.lastId !== null; batch = await readBatch(batch.lastId)) {
    for (const stored of batch.unsure) {
      const wanted = normalizeEmail(stored.email);
      if (wanted === stored.email) continue;
      if (wanted !== null && (await rewrite(stored, wanted))) rewritten += 1;
      else left.push({ ...stored, wanted });
    }
  }
  return { rewritten, left };
}

/** The next rows by id: the last id among them, null when there is none, and the rows that may need a look. */
async function readBatch(afterId: string): Promise<{ lastId: string | null; unsure: readonly Stored[] }> {
  const [batch] = await db().$queryRaw<{ lastId: string | null; unsure: Stored[] }[]>`
    SELECT max(id) AS "lastId", coalesce(
      json_agg(json_build_object('id', id, 'email', email) ORDER BY id) FILTER (WHERE email COLLATE "C" ~ ${MAY_DIFFER}),
      '[]') AS unsure
    FROM (SELECT id, email FROM "User" WHERE id > ${afterId} ORDER BY id LIMIT ${BATCH_SIZE}) batch`;
  return batch ?? { lastId: null, unsure: [] };
}

/** False when another account has the address, also one that took it at this very moment. */
async function rewrite({ id, email }: Stored, wanted: string): Promise<boolean> {
  if ((await findUserId(wanted)) !== null) return false;
  try {
    await db().user.updateMany({ where: { id, email }, data: { email: wanted } });
    return true;
  } catch (error) {
    if (isUniqueViolation(error)) return false;
    throw error;
  }
}
