import pg from 'pg';

/** Asks the database itself, past the app. */
export async function sql<Row extends pg.QueryResultRow>(
  databaseUrl: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
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
