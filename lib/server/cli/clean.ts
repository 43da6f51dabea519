import 'server-only';
import { parseEnv } from '@/lib/server/config/env';
import { runUpkeep } from '@/lib/server/maintenance/upkeep';
import { runProgram } from './program';

const CLEANING_MS = 600_000;

// `npm run db:clean`: deletes what has expired, and rotates keys when that is due. Run it once a day, where nothing calls
// /api/cron/clean. It sends no mail: servers do that by themselves.
await runProgram('db:clean', async () => {
  const settings = parseEnv(process.env);
  if (!settings.ok) return { ok: false, sentence: `${settings.faults.join('; ')}.` };
  const { deleted, keys, failed, unfinished } = await runUpkeep({ cleaningMs: CLEANING_MS, sendsMail: false });
  for (const [kind, count] of Object.entries(deleted)) console.log(`${kind}: ${count}`);
  console.log(`key rotation: ${keys ?? 'failed'}`);
  if (unfinished.length > 0) console.log(`more is left of ${unfinished.join(', ')}: run it again`);
  if (failed.length > 0) return { ok: false, sentence: `${failed.join(', ')} failed, and the rest was done.` };
  return { ok: true };
});
