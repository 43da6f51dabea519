import 'server-only';
import { env } from '@/lib/server/config/env';
import { isDatabaseTrouble } from '@/lib/server/database/errors';
import { rotateWhenDue } from '@/lib/server/keys/rotation';
import { type DrainOutcome, drainOutbox } from '@/lib/server/mail/drain';
import { log } from '@/lib/server/observability/logger';
import { type Cleaning, deleteExpired, type Kind } from './cleaning';

/** What the daily work came to. A step that failed is null, and named. */
export type Upkeep = {
  readonly keys: Awaited<ReturnType<typeof rotateWhenDue>> | null;
  readonly mail: DrainOutcome | null;
  readonly deleted: Cleaning['deleted'];
  readonly unfinished: readonly Kind[];
  /** `keys`, `mail`, `cleaning.<kind>`: what did not work, without why. The log says why. */
  readonly failed: readonly string[];
  /** True when the database was the reason each time: it may work in a moment. */
  readonly isDatabaseAway: boolean;
};

/**
 * The daily work, as steps that fail independently: rotates keys when that is due, sends the mail that waits if
 * `sendsMail`, and deletes what has expired, for `cleaningMs` at most. They run beside each other, so that a mail server
 * that is slow takes no time from the others before a platform ends the process.
 */
export async function runUpkeep(options: {
  readonly sendsMail: boolean;
  readonly cleaningMs?: number;
}): Promise<Upkeep> {
  const [keys, mail, cleaning] = await Promise.all([
    attempt('keys', () => rotateWhenDue(env().keyRotationDays)),
    attempt('mail', async () => (options.sendsMail ? drainOutbox() : null)),
    deleteExpired(options.cleaningMs === undefined ? {} : { forMs: options.cleaningMs }),
  ]);
  const failures = [
    ...keys.failures,
    ...mail.failures,
    ...cleaning.failures.map(({ kind, error }) => ({ step: `cleaning.${kind}`, error })),
  ];
  for (const { step, error } of failures) log.error('upkeep.failed', { step, error });
  return {
    keys: keys.value,
    mail: mail.value,
    deleted: cleaning.deleted,
    unfinished: cleaning.unfinished,
    failed: failures.map(({ step }) => step),
    isDatabaseAway: failures.every(({ error }) => isDatabaseTrouble(error)),
  };
}

type Attempt<T> = { readonly value: T | null; readonly failures: readonly { step: string; error: unknown }[] };

async function attempt<T>(step: string, work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await work(), failures: [] };
  } catch (error) {
    return { value: null, failures: [{ step, error }] };
  }
}
