import 'server-only';
import { amrOf } from '@/lib/core/factors/proof';
import { db } from '@/lib/server/database/client';
import { databaseNow } from '@/lib/server/database/live-state';
import { takeFactors } from '@/lib/server/factors/reset-store';
import { factorsReset } from '@/lib/server/mail/factor-messages';
import { endSessionsWith } from '@/lib/server/sessions/ending';
import {
  type BegunSession,
  beginSession,
  noteBegun,
  type SessionStart,
  type StartedSession,
} from '@/lib/server/sessions/start';
import { issueTokens } from '@/lib/server/sessions/tokens';

type Start = Pick<
  SessionStart,
  'userId' | 'remember' | 'passwordSince' | 'facts' | 'broughtRefreshToken' | 'identity' | 'entry'
>;

/** Undoes what the transaction wrote: the password gave way to another one meanwhile, or the entry is closed. */
class NothingBegan extends Error {}

/**
 * Begins a session by the password alone for somebody whose second factors are to be reset, and takes them away with it: all
 * of it or nothing. Every other session ends. Null when no reset is due any more, because a factor was shown meanwhile, or the
 * person may not sign in.
 */
export async function startAfterReset(start: Start): Promise<StartedSession | null> {
  const { userId, facts } = start;
  const { ip, userAgent } = facts;
  const mail = factorsReset(await databaseNow());
  const whole = { ...start, kind: 'browser', amr: amrOf('password') } as const;
  const begun = await db()
    .$transaction(async (tx): Promise<BegunSession | null> => {
      if (!(await takeFactors({ userId, ip, userAgent, mail, mustBeDue: true }, tx))) return null;
      const begun = await beginSession(whole, tx);
      if (begun === null) throw new NothingBegan();
      const ending = { reason: 'factor_changed', audit: 'session_ended', facts, askedBy: null } as const;
      const others = await endSessionsWith(tx, { userId, exceptSessionId: begun.session.id }, ending);
      return { ...begun, endedNumbers: [...begun.endedNumbers, ...others.endedNumbers] };
    })
    .catch((error: unknown) => {
      if (error instanceof NothingBegan) return null;
      throw error;
    });
  if (begun === null) return null;
  await noteBegun(begun, whole);
  // A mail waits in any case.
  return { ...(await issueTokens(begun.session, begun.secret)), isNoticed: true };
}
