import 'server-only';
import { parseEnv } from '@/lib/server/config/env';
import { rotateWhenDue } from '@/lib/server/keys/rotation';
import { deleteExpired } from '@/lib/server/maintenance/cleaning';
import { runProgram } from './program';

// `npm run db:clean`: deletes what has expired, and rotates keys when that is due. Run it once a day, where nothing calls
// /api/cron/clean.
await runProgram('db:clean', async () => {
  const settings = parseEnv(process.env);
  if (!settings.ok) return { ok: false, sentence: `${settings.faults.join('; ')}.` };
  const deleted = await deleteExpired();
  for (const [kind, count] of Object.entries(deleted)) console.log(`${kind}: ${count}`);
  console.log(`key rotation: ${await rotateWhenDue(settings.env.keyRotationDays)}`);
  return { ok: true };
});
