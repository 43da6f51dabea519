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
 * `sendsMail`, and deletes what has expired, for `cleaningMs` at most. The quick ones come first: a platform may end a
 * process that takes long.
 */
export async function runUpkeep(options: {
  readonly sendsMail: boolean;
  readonly cleaningMs?: number;
}): Promise<Upkeep> {
  const failures: { step: string; error: unknown }[] = [];
  const attempt = async <T>(step: string, work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (error) {
      failures.push({ step, error });
      return null;
    }
  };
  const keys = await attempt('keys', () => rotateWhenDue(env().keyRotationDays));
  const mail = options.sendsMail ? await attempt('mail', drainOutbox) : null;
  const cleaning = await deleteExpired(options.cleaningMs === undefined ? {} : { forMs: options.cleaningMs });
  failures.push(...cleaning.failures.map(({ kind, error }) => ({ step: `cleaning.${kind}`, error })));
  for (const { step, error } of failures) log.error('upkeep.failed', { step, error });
  return {
    keys,
    mail,
    deleted: cleaning.deleted,
    unfinished: cleaning.unfinished,
    failed: failures.map(({ step }) => step),
    isDatabaseAway: failures.every(({ error }) => isDatabaseTrouble(error)),
  };
}
