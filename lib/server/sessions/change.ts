import 'server-only';
import { db, type Transaction } from '@/lib/server/database/client';
import type { SessionEndReason } from '@/lib/server/database/generated/prisma/client';
import { noteEnded } from '@/lib/server/database/live-state';
import { endSessionsWith } from './ending';
import { newSessionIdentity } from './start';
import { type Succession, succeedSession } from './succession';
import { type IssuedTokens, issueTokens } from './tokens';

export type Change = Omit<Succession, 'identity'> & {
  /** Why the person's other sessions end, of programs too; null where they go on. */
  readonly othersEnd: SessionEndReason | null;
};

/** Undoes what the transaction wrote: the session of the change turned out to be over. */
class SessionIsOver extends Error {}

/**
 * Makes a change to an account and gives the session that asked for it a successor, both or neither, and ends the person's
 * other sessions where the change wants it. Null when `apply` says by null that it did nothing, and when that session is
 * over: then nothing was written.
 *
 * @param apply Makes the change; where it writes to the account, it locks the person's row before anything else, so that
 *   changes of one person follow one another. It is told the id of the new session.
 */
export async function changeAndSucceed<Applied>(
  change: Change,
  apply: (tx: Transaction, newSessionId: string) => Promise<Applied | null>,
): Promise<{ readonly applied: Applied; readonly tokens: IssuedTokens } | null> {
  const { userId, sessionId, facts, othersEnd } = change;
  const identity = newSessionIdentity();
  try {
    const { applied, session, endedNumbers } = await db().$transaction(async (tx) => {
      const applied = await apply(tx, identity.id);
      if (applied === null) throw new SessionIsOver();
      const ending = { audit: 'session_ended', facts, askedBy: null } as const;
      const others =
        othersEnd === null
          ? []
          : (await endSessionsWith(tx, { userId, exceptSessionId: sessionId }, { ...ending, reason: othersEnd }))
              .endedNumbers;
      const succeeded = await succeedSession({ ...change, identity }, tx);
      if (succeeded === null) throw new SessionIsOver();
      return { applied, session: succeeded.session, endedNumbers: [...others, succeeded.endedNumber] };
    });
    // Only now: what the database did not commit ends nothing here either.
    noteEnded(endedNumbers);
    return { applied, tokens: await issueTokens(session, identity.secret) };
  } catch (error) {
    if (error instanceof SessionIsOver) return null;
    throw error;
  }
}
