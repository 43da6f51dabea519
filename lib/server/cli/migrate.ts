import 'server-only';
import { parseEnv } from '@/lib/server/config/env';
import { applyMigrations } from '@/lib/server/database/migration-runner';
import { ensureKeys } from '@/lib/server/keys/keyring';
import { type LeftAddress, respellAddresses } from '@/lib/server/users/address-spelling';
import { runProgram } from './program';

/** A command of `npm run ops` has its migrations beside it, wherever it is started. */
const root = process.env['HANDSTAMP_ROOT'] ?? process.cwd();

// `npm run db:migrate`: brings the database up to date, makes the keys that it lacks, and writes stored addresses in their
// one spelling.
await runProgram('db:migrate', async () => {
  const settings = parseEnv(process.env);
  if (!settings.ok) return { ok: false, sentence: `${settings.faults.join('; ')}.` };
  const { databaseUrl, directDatabaseUrl } = settings.env;
  // Whoever names a direct address knows what stands there: some providers offer nothing but a pool of whole sessions.
  const acceptsPool = directDatabaseUrl !== null;
  const applied = await applyMigrations(directDatabaseUrl ?? databaseUrl, root, acceptsPool);
  for (const name of applied) console.log(`Applied ${name}`);
  if (applied.length === 0) console.log('The database was up to date.');
  await ensureKeys();
  const { rewritten, left } = await respellAddresses();
  if (rewritten > 0) console.log(`Wrote ${rewritten} stored addresses in their one spelling.`);
  for (const address of left) console.log(sentenceOn(address));
  return { ok: true };
});

function sentenceOn({ id, email, wanted }: LeftAddress): string {
  const who = `User ${id}, ${JSON.stringify(email)}, was left as it is`;
  return wanted === null
    ? `${who}: this is no address, and nobody can sign in with it.`
    : `${who}: its one spelling is ${wanted}, which another account has. Whoever types either signs in to that one.`;
}
