import 'server-only';
import { readFile } from 'node:fs/promises';
import { parseEnv } from '@/lib/server/config/env';
import { repairRestored } from '@/lib/server/restore/repair';
import { readHistory } from '@/lib/server/restore/shipped-history';
import { type Outcome, runProgram } from './program';
import { readRestoredArguments } from './restored-arguments';
import { showRepair } from './restored-report';

// `npm run db:restored`: what a database that was set back in time needs before the first instance starts.
await runProgram('db:restored', async (): Promise<Outcome> => {
  const typed = readRestoredArguments(process.argv.slice(2));
  if ('ok' in typed) return typed;
  const settings = parseEnv(process.env);
  if (!settings.ok) return { ok: false, sentence: `${settings.faults.join('; ')}.` };
  const { file, ...restore } = typed;
  const history = file === null ? null : readHistory(await readFile(file, 'utf8'));
  if (file !== null && history === null) {
    return { ok: false, sentence: `${file} has no line that AUDIT_LOG=stdout wrote: nothing was changed.` };
  }
  const repair = await repairRestored({ ...restore, history });
  switch (repair.kind) {
    case 'others_connected':
      return {
        ok: false,
        sentence: `${repair.others} other connections of this role are open, and what is behind them remembers another history: stop every instance, and a pool in front of the database, first. Nothing was changed. With --force it is done all the same`,
      };
    case 'in_the_future':
      return { ok: false, sentence: '--lost-since has not come yet: nothing was changed.' };
    case 'repaired':
      return { ok: true, text: showRepair(repair, { ...restore, history }) };
  }
});
