import 'server-only';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseEnv } from '@/lib/server/config/env';
import { renumber, repairRestored } from '@/lib/server/restore/repair';
import { readHistory } from '@/lib/server/restore/shipped-history';
import { type Outcome, runProgram } from './program';
import { readRestoredArguments } from './restored-arguments';
import { showRepair } from './restored-report';
import { refused, say } from './users-answers';

// `npm run db:restored`: what a database that was set back in time needs before the first instance starts.
await runProgram('db:restored', async (): Promise<Outcome> => {
  const typed = readRestoredArguments(process.argv.slice(2));
  if ('ok' in typed) return typed;
  const settings = parseEnv(process.env);
  if (!settings.ok) return { ok: false, sentence: `${settings.faults.join('; ')}.` };
  // Behind a pool every one of its connections would be somebody else's.
  process.env['DATABASE_URL'] = settings.env.directDatabaseUrl ?? settings.env.databaseUrl;
  if (typed.lostSince === null) return renumbered(typed.isForced);
  const { file, ...restore } = typed;
  const history = file === null ? null : readHistory(await shippedLinesOf(file));
  if (file !== null && history === null) {
    return refused(`${file} has no line that AUDIT_LOG=stdout wrote: nothing was changed.`);
  }
  const repair = await repairRestored({ ...restore, history });
  switch (repair.kind) {
    case 'others_connected':
      return refusal(repair.others);
    case 'in_the_future':
      return refused('--lost-since has not come yet: nothing was changed.');
    case 'repaired':
      return say(showRepair(repair, { ...restore, history }));
  }
});

async function renumbered(isForced: boolean): Promise<Outcome> {
  const done = await renumber(isForced);
  if (done.kind === 'others_connected') return refusal(done.others);
  return say(
    done.nextNumber === null
      ? 'No sequence was behind its table. Nothing was changed.'
      : `The next session has the status number ${done.nextNumber}, in a list that is in no copy. Now start the instances.`,
  );
}

function refusal(others: number): Outcome {
  return refused(
    `${others} other connections of this role are open, and what is behind them remembers another history: stop every instance, and a pool in front of the database, first. Nothing was changed. With --force it is done all the same`,
  );
}

/** Of a log of any size the lines that may count. */
async function shippedLinesOf(file: string): Promise<string> {
  const kept: string[] = [];
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (/\baudit\b|session\.ended/.test(line)) kept.push(line);
  }
  return kept.join('\n');
}
