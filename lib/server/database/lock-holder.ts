import 'server-only';
import type { Client } from 'pg';

type Holder = { readonly pid: number; readonly role: string | null; readonly state: string | null };

/** PostgreSQL keeps an advisory lock of one number as two halves; `objsubid` 1 says that it was one number. */
const HOLDER = `
  SELECT pid, usename AS role, state FROM pg_locks JOIN pg_stat_activity USING (pid)
  WHERE locktype = 'advisory' AND granted AND objid = $1 AND classid = 0 AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/** One sentence that names the connection which holds the advisory lock `lockId`, and what to do. */
export async function lockHolder(connection: Client, lockId: number): Promise<string> {
  const { rows } = await connection.query<Holder>(HOLDER, [lockId]);
  const [holder] = rows;
  if (holder === undefined) return 'another run of migrations took too long and has just ended: run it again.';
  const { pid, role, state } = holder;
  return `backend ${pid} (role ${role ?? 'unknown'}, ${state ?? 'state unknown'}) has held the lock of migrations for too long. If no migration runs there, end it with SELECT pg_terminate_backend(${pid}), then run this again.`;
}
