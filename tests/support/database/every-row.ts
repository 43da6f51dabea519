import { sql } from './sql';

/** All that a reader of a database finds: every row of every table as text, bytes in hexadecimal. */
export async function everyRow(url: string): Promise<string[]> {
  const tables = await sql<{ name: string }>(
    url,
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'public'`,
  );
  const rows = await Promise.all(
    tables.map(({ name }) => sql<{ row: string }>(url, `SELECT t::text AS row FROM ${name} t`)),
  );
  return rows.flat().map(({ row }) => row);
}
