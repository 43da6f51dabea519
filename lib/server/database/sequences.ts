import 'server-only';
import { db, type Transaction } from './client';

/**
 * The tables whose numbers come from a sequence, of those where the next one would be taken already. A dump or a moment of
 * the past has none; a move by logical replication, which copies no sequence, has all.
 */
export async function tablesAheadOfTheirSequence(tx: Transaction = db()): Promise<string[]> {
  // `pg_sequence_last_value` needs the right that `nextval` needs, and no other.
  const rows = await tx.$queryRaw<{ name: string }[]>`
    SELECT name FROM (
      SELECT 'Session' AS name, (SELECT max("statusNumber") FROM "Session") AS given,
        pg_sequence_last_value('"Session_statusNumber_seq"'::regclass) AS last
      UNION ALL
      SELECT 'AuditEvent', (SELECT max(id) FROM "AuditEvent"), pg_sequence_last_value('"AuditEvent_id_seq"'::regclass)
      UNION ALL
      SELECT 'Outbox', (SELECT max(id) FROM "Outbox"), pg_sequence_last_value('"Outbox_id_seq"'::regclass)
    ) tables WHERE given > coalesce(last, 0)`;
  return rows.map(({ name }) => name);
}

/** The highest status number that the sequence and the tables know of. */
export async function highestStatusNumber(tx: Transaction): Promise<number> {
  const [row] = await tx.$queryRaw<{ seen: number }[]>`
    SELECT greatest(pg_sequence_last_value('"Session_statusNumber_seq"'::regclass),
      (SELECT max("statusNumber") FROM "Session"), (SELECT max("statusNumber") FROM "Revocation"), 0)::float8 AS seen`;
  return row?.seen ?? 0;
}

/**
 * Makes `nextNumber` the status number of the session that begins next, and moves the other sequences behind their tables.
 * PostgreSQL takes none of it back with the transaction; numbers that are skipped harm nobody.
 */
export async function moveSequencesOn(tx: Transaction, nextNumber: number): Promise<void> {
  // As if the number before it had been given: of a sequence that never gave one, PostgreSQL does not say where it is.
  await tx.$queryRaw`
    SELECT setval('"Session_statusNumber_seq"', ${nextNumber - 1}::bigint)::text,
      setval('"AuditEvent_id_seq"', greatest(pg_sequence_last_value('"AuditEvent_id_seq"'::regclass),
        (SELECT max(id) FROM "AuditEvent"), 1))::text,
      setval('"Outbox_id_seq"', greatest(pg_sequence_last_value('"Outbox_id_seq"'::regclass),
        (SELECT max(id) FROM "Outbox"), 1))::text`;
}

/** Who else is connected to this database under our role: instances that run, or the pool in front of them. */
export async function otherConnections(tx: Transaction): Promise<number> {
  const [row] = await tx.$queryRaw<{ others: number }[]>`
    SELECT count(*)::int AS others FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
      AND backend_type = 'client backend'`;
  return row?.others ?? 0;
}
