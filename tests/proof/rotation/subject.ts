import { claimsChanged } from '@/lib/server/sessions/claims-change';
import { endSessions } from '@/lib/server/sessions/ending';
import { refresh } from '@/lib/server/sessions/refresh';
import { endByRefreshToken } from '@/lib/server/sessions/sign-out';
import { type SessionStart, startSession } from '@/lib/server/sessions/start';
import { openRefreshToken } from '@/lib/server/sessions/tokens';
import { type Ask, SERVER_START, type ServerState } from './projection';
import { type RowNow, readRow, restoreRow } from './rows';
import { type Outcome, TICK_SECONDS } from './session-model';

const NOWHERE = { userAgent: null, device: null, ip: null };
/** What the milliseconds of a stored time may lose. */
export const ROUNDED_SECONDS = 0.01;

/** A real session beside the model of it. */
export type Subject = {
  readonly userId: string;
  readonly id: string;
  /** Tokens that were handed out, by their counters. */
  readonly tokens: Map<number, string>;
  readonly begunAtMs: number;
  counter: number;
  model: ServerState;
  /** The row as it was kept, and how long ago. */
  kept: { readonly row: RowNow; agoTicks: number } | null;
};

const signIn = (userId: string, broughtRefreshToken: string | null): SessionStart => ({
  userId,
  kind: 'browser',
  remember: true,
  amr: ['pwd'],
  facts: NOWHERE,
  broughtRefreshToken,
});

/** Begins a session by the product's own function. */
export async function begin(userId: string): Promise<Subject> {
  const begunAtMs = performance.now();
  const session = await startSession(signIn(userId, null));
  if (session === null) throw new Error('Nobody is there to begin a session');
  const tokens = new Map([[0, session.refreshToken]]);
  return { userId, id: session.claims.sid, tokens, begunAtMs, counter: 0, model: SERVER_START, kept: null };
}

/**
 * Does to the real session what is asked, by the product's own functions but for backup and restore. What it answered, in
 * the model's words; null where there is no answer to compare.
 */
export async function happen(subject: Subject, step: Ask): Promise<Outcome | null> {
  const { id: sessionId, userId } = subject;
  switch (step.kind) {
    case 'refresh':
      return refreshed(subject, tokenOf(subject, step.above));
    case 'sign out':
      if (!(await endByRefreshToken(tokenOf(subject, step.above), NOWHERE))) throw new Error('A token of ours is none');
      return null;
    case 'login': {
      const brought = tokenOf(subject, step.above);
      const next = await startSession(signIn(userId, brought));
      if (next === null || next.claims.sid === sessionId) throw new Error('A login began no session of its own');
      return null;
    }
    case 'end':
      await endSessions(
        { sessionId, userId },
        { reason: 'ended_by_owner', audit: 'session_ended', facts: NOWHERE, askedBy: null },
      );
      return null;
    case 'claims':
      await claimsChanged(userId);
      return null;
    case 'backup':
      subject.kept = { row: await readRow(sessionId), agoTicks: 0 };
      return null;
    case 'restore':
      if (subject.kept === null) throw new Error('There is no backup');
      await restoreRow(sessionId, subject.kept.row, subject.kept.agoTicks * TICK_SECONDS);
      subject.kept = null;
      return null;
  }
}

function tokenOf({ tokens, counter }: Subject, above: number): string {
  const token = tokens.get(counter + above);
  if (token === undefined) throw new Error(`No token of counter ${counter + above} was handed out`);
  return token;
}

async function refreshed(subject: Subject, token: string): Promise<Outcome> {
  const result = await refresh(token, 'browser', NOWHERE);
  if (!result.ok) return { kind: result.code === 'reuse_detected' ? 'reuse' : 'refused' };
  const { refreshToken, isRefreshTokenNew, refreshExpiresAt, now, claims } = result.value;
  const opened = await openRefreshToken(refreshToken);
  if (opened === null || claims.sid !== subject.id) throw new Error('A refresh handed out a token of something else');
  subject.tokens.set(opened.counter, refreshToken);
  const left = Math.ceil((refreshExpiresAt - now - ROUNDED_SECONDS) / TICK_SECONDS);
  const rise = opened.counter - subject.counter;
  return { kind: 'token', rise, isNew: isRefreshTokenNew, left };
}
