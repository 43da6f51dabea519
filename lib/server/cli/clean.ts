import 'server-only';
import { deleteExpired } from '../cleaning';
import { parseEnv } from '../env';
import { runProgram } from './program';

// `npm run db:clean`: deletes what has expired. Run it once a day, where nothing calls /api/cron/clean.
await runProgram('db:clean', async () => {
  const settings = parseEnv(process.env);
  if (!settings.ok) return { ok: false, sentence: `${settings.faults.join('; ')}.` };
  const deleted = await deleteExpired();
  for (const [kind, count] of Object.entries(deleted)) console.log(`${kind}: ${count}`);
  return { ok: true };
});
