import 'server-only';
import { parseArgs } from 'node:util';
import { readMoment } from './moment';
import type { Outcome } from './program';

const USAGE = `npm run db:restored -- --lost-since TIME [--ended FILE] [--all] [--force]
npm run db:restored -- --nothing-lost [--force]
  makes a database that was set back in time fit to be used, before the first instance starts: after a restore, or a
  failover that lost writes. Safe to run again.

  --lost-since TIME   the moment to which it was set back, such as 2026-11-27T08:00:00Z: later rather than earlier
  --ended FILE        the log lines of servers with AUDIT_LOG=stdout since then: exactly the sessions that it names end.
                      Without it all end that began before TIME, because nothing else knows which had ended
  --all               every session ends
  --nothing-lost      after a move by logical replication, which copies no sequences: sets them, and nothing else
  --force             although others are connected to the database`;

export type Typed =
  | {
      readonly lostSince: Date;
      readonly file: string | null;
      readonly endsAll: boolean;
      readonly isForced: boolean;
    }
  /** Nothing was lost. */
  | { readonly lostSince: null; readonly isForced: boolean };

const wrong = (what: string): Outcome => ({
  ok: false,
  sentence: `${what}: npm run db:restored -- --help`,
  isUsage: true,
});

/** What was typed after `npm run db:restored --`, or what to answer at once. */
export function readRestoredArguments(args: string[]): Typed | Outcome {
  let values: ReturnType<typeof parse>['values'];
  try {
    values = parse(args).values;
  } catch (error) {
    return wrong(error instanceof Error ? error.message.split('. ', 1).join('') : 'unknown option');
  }
  if (values.help) return { ok: true, text: USAGE };
  const { 'lost-since': since, ended = null, all = false, force = false } = values;
  if (values['nothing-lost']) {
    const isAlone = since === undefined && ended === null && !all;
    return isAlone ? { lostSince: null, isForced: force } : wrong('--nothing-lost goes with --force alone');
  }
  if (since === undefined) return wrong('say by --lost-since TIME to which moment the database was set back');
  const lostSince = readMoment(since);
  if (lostSince === null) return wrong(`"${since}" is no time such as 2026-11-27T08:00:00Z`);
  return { lostSince, file: ended, endsAll: all, isForced: force };
}

const parse = (args: string[]) =>
  parseArgs({
    args,
    options: {
      'lost-since': { type: 'string' },
      ended: { type: 'string' },
      all: { type: 'boolean' },
      'nothing-lost': { type: 'boolean' },
      force: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
