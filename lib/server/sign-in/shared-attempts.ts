import 'server-only';
import { createHmac, randomBytes } from 'node:crypto';

/** Names attempts within this process; a name in a dump of its memory is no hash of a password that can be guessed. */
const NAME_KEY = randomBytes(32);

const running = new Map<string, Promise<unknown>>();

/**
 * Runs `work` once for all who bring the same facts at the same time. A dozen programs that start together with the right
 * password are then one attempt and one hash, and guesses, which differ, are each their own. `isFirst` for the caller that
 * ran it: what must happen once is that one's.
 */
export async function shareAttempt<T>(
  facts: readonly string[],
  work: () => Promise<T>,
): Promise<{ outcome: T; isFirst: boolean }> {
  const name = createHmac('sha256', NAME_KEY).update(JSON.stringify(facts)).digest('base64');
  const shared = running.get(name) as Promise<T> | undefined;
  if (shared !== undefined) return { outcome: await shared, isFirst: false };
  const own = work();
  running.set(name, own);
  try {
    return { outcome: await own, isFirst: true };
  } finally {
    running.delete(name);
  }
}
