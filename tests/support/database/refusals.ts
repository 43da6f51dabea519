import { sql } from './sql';

/**
 * Makes PostgreSQL itself refuse a kind of change to a table from now on: at the statement, or only when its transaction
 * commits.
 *
 * @returns What allows it again.
 */
export async function refuseChanges(
  databaseUrl: string,
  event: 'INSERT' | 'UPDATE' | 'DELETE',
  table: string,
  moment: 'statement' | 'commit' = 'statement',
): Promise<() => Promise<void>> {
  const name = `refuse_${event}_${table}`.toLowerCase();
  const trigger =
    moment === 'commit'
      ? `CREATE CONSTRAINT TRIGGER ${name} AFTER ${event} ON "${table}" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW`
      : `CREATE TRIGGER ${name} BEFORE ${event} ON "${table}" FOR EACH ROW`;
  await sql(
    databaseUrl,
    `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused by a test'; END $$;
     ${trigger} EXECUTE FUNCTION ${name}()`,
  );
  return async () => {
    await sql(databaseUrl, `DROP FUNCTION ${name}() CASCADE`);
  };
}
