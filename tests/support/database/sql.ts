import pg from 'pg';

/** Asks the database itself, past the app. */
export async function sql<Row extends pg.QueryResultRow>(
  databaseUrl: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<Row>(text, [...values])).rows;
  } finally {
    await client.end();
  }
}

/** Ends every other connection to that database, and waits until they are gone. Pools of the app open new ones. */
export async function endConnections(databaseUrl: string): Promise<void> {
  await sql(
    databaseUrl,
    `SELECT pg_terminate_backend(pid, 10_000) FROM pg_stat_activity
     WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
  );
}

/**
 * Makes the last rotation of a person's sessions a minute old: the grace window is over, and the next refresh rotates.
 * A test that waited for it instead would see the same row.
 */
export async function endGraceWindow(databaseUrl: string, email: string): Promise<void> {
  await sql(
    databaseUrl,
    `UPDATE "Session" SET "rotatedAt" = "rotatedAt" - interval '60 seconds'
     WHERE "userId" = (SELECT id FROM "User" WHERE email = $1)`,
    [email],
  );
}

/** How often something was written into the audit log of a person. */
export async function countAudit(databaseUrl: string, email: string, type: string): Promise<number> {
  const [row] = await sql<{ count: number }>(
    databaseUrl,
    `SELECT count(*)::int AS count FROM "AuditEvent"
     WHERE type::text = $2 AND "userId" = (SELECT id FROM "User" WHERE email = $1)`,
    [email, type],
  );
  return row?.count ?? 0;
}

/** The refresh counters of a person's live sessions. */
export async function refreshCounters(databaseUrl: string, email: string): Promise<number[]> {
  const rows = await sql<{ counter: number }>(
    databaseUrl,
    `SELECT counter::int AS counter FROM "Session"
     WHERE "endedAt" IS NULL AND "userId" = (SELECT id FROM "User" WHERE email = $1)`,
    [email],
  );
  return rows.map(({ counter }) => counter);
}

/** Runs a statement in a transaction of its own, and leaves that open with the locks that it took until it is told to end. */
export async function holdLocks(databaseUrl: string, text: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('BEGIN');
  await client.query(text);
  return async () => {
    await client.query('ROLLBACK');
    await client.end();
  };
}

/** Waits until so many statements of that database wait for a lock, or for the end of `signal`. */
export async function untilWaiting(databaseUrl: string, count: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const [row] = await sql<{ waiting: number }>(
      databaseUrl,
      `SELECT count(*)::int AS waiting FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if ((row?.waiting ?? 0) >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Makes the proof of every session of a person so old that a change of the account wants another one. */
export async function ageProofs(databaseUrl: string, email: string): Promise<void> {
  await sql(
    databaseUrl,
    `UPDATE "Session" SET "authenticatedAt" = "authenticatedAt" - interval '11 minutes'
     WHERE "userId" = (SELECT id FROM "User" WHERE email = $1)`,
    [email],
  );
}
