import 'server-only';
import { parseEnv } from '@/lib/server/config/env';
import { applyMigrations } from '@/lib/server/database/migration-runner';
import { ensureKeys } from '@/lib/server/keys/keyring';
import { runProgram } from './program';

// `npm run db:migrate`: brings the database up to date and makes the keys that it lacks.
await runProgram('db:migrate', async () => {
  const settings = parseEnv(process.env);
  if (!settings.ok) return { ok: false, sentence: `${settings.faults.join('; ')}.` };
  const { databaseUrl, directDatabaseUrl } = settings.env;
  // Whoever names a direct address knows what stands there: some providers offer nothing but a pool of whole sessions.
  const acceptsPool = directDatabaseUrl !== null;
  const applied = await applyMigrations(directDatabaseUrl ?? databaseUrl, process.cwd(), acceptsPool);
  for (const name of applied) console.log(`Applied ${name}`);
  if (applied.length === 0) console.log('The database was up to date.');
  await ensureKeys();
  return { ok: true };
});
