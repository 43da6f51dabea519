import 'server-only';
import { equalBytes } from '@/lib/core/encoding';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { networkOf } from '@/lib/core/http/network-address';
import { decideRotation } from '@/lib/core/session/rotation';
import { hashSessionSecret, type RefreshToken } from '@/lib/core/token/refresh-token';
import { recordRepeated, recordRepeatedWith } from '@/lib/server/audit/repeated-events';
import { env } from '@/lib/server/config/env';
import { db, type Transaction } from '@/lib/server/database/client';
import type { SessionKind } from '@/lib/server/database/generated/prisma/client';
import { networkNow, type RequestFacts } from '@/lib/server/http/request-facts';
import { sessionEndedToBeSafe } from '@/lib/server/mail/session-messages';
import type { AttributesOf } from '@/lib/server/observability/metric-list';
import { count, inSpan } from '@/lib/server/observability/telemetry';
import { endSessions } from './ending';
import { noteForeignNetwork } from './home-network';
import { type RefreshRow, readRole, rotateOrRead, updateDevice } from './session-store';
import { type IssuedTokens, issueTokens, newRefreshKeyId, openRefreshToken } from './tokens';

/** A request loses a race at most once for each rotation that it meets, and a session rotates once a grace window. */
const MAX_TRIES = 4;

type Refreshed = Result<IssuedTokens, 'session_ended' | 'reuse_detected' | 'other_audience'>;
/** How a refresh stands in the metrics. */
type Outcome = AttributesOf<'handstamp.refresh'>['outcome'];

/**
 * Exchanges a refresh token for new tokens (RFC 6749 §6, rotation after RFC 9700 §4.14.2). A forged token costs no
 * statement, an honest one costs one. A token replaced outside the grace window ends the session for every holder
 * and leaves a mail for the owner (`reuse_detected`, told to the one request that ended it); callers outside are told
 * `session_ended` whatever the reason. `audience` is what the caller expects the session to be for; where it is for
 * something else, nothing is rotated (`other_audience`). Throws when the database does not answer.
 */
export function refresh(
  presentedText: string | null,
  kind: SessionKind,
  given: RequestFacts,
  audience: string | null = null,
): Promise<Refreshed> {
  return inSpan('auth.session.rotate', async (note) => {
    let outcome: Outcome = 'error';
    try {
      const refreshed = await exchange(presentedText, kind, given, audience, (one) => {
        outcome = one;
      });
      if (!refreshed.ok) outcome = refreshed.code === 'reuse_detected' ? 'reuse' : 'refused';
      return refreshed;
    } finally {
      note({ 'handstamp.outcome': outcome });
      count('handstamp.refresh', { outcome, kind });
    }
  });
}

async function exchange(
  presentedText: string | null,
  kind: SessionKind,
  given: RequestFacts,
  audience: string | null,
  tell: (outcome: 'rotate' | 'adopt' | 'converge') => void,
): Promise<Refreshed> {
  const facts = factsOfRefresh(kind, given);
  const presented = await openRefreshToken(presentedText);
  if (presented === null) return fail('session_ended');
  const secretHash = await hashSessionSecret(presented.secret);
  const { refreshGraceSeconds, appOrigin } = env();
  const refreshKeyId = await newRefreshKeyId();
  const network = networkNow(facts);

  for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
    const { sessionId, counter } = presented;
    const request = { sessionId, counter, secretHash, kind, facts, refreshKeyId, network, audience };
    const row = await rotateOrRead(request, refreshGraceSeconds);
    if (row === null || row.kind !== kind || !equalBytes(row.secretHash, secretHash)) return fail('session_ended');
    if (row.didRotate) {
      await auditRotation(row, presented, facts);
      tell(isAhead(row, presented) ? 'adopt' : 'rotate');
      return succeed(await issueTokens(await withRoleOfNow(row), presented.secret));
    }
    if (audience !== null && audience !== (row.audience ?? appOrigin)) return fail('other_audience');
    if (network !== null && row.network !== null && row.network !== network) {
      if (!row.hasEnded && !row.isUserDisabled) await noteForeignNetwork(row, facts);
      return fail('session_ended');
    }
    const decision = decideRotation(row, presented.counter, row.now, refreshGraceSeconds);
    switch (decision.kind) {
      case 'refuse':
        return fail('session_ended');
      case 'reuse':
        return fail((await endForReuse(row, facts)) ? 'reuse_detected' : 'session_ended');
      case 'converge':
        tell('converge');
        if (isOtherDevice(row, facts)) {
          // One, because the next request from that device finds no difference any more to tell of.
          await db().$transaction(async (tx) => {
            await updateDevice(row.id, facts, tx);
            await auditDevice(row, facts, tx);
          });
        }
        return succeed(await issueTokens(row, presented.secret, presented.counter));
      case 'rotate':
      case 'adopt':
        // Another request rotated between our snapshot and our update: look again.
        break;
    }
  }
  throw new Error('A refresh lost every race: the session rotates faster than its grace window allows');
}

/**
 * On Vercel the middleware's call to its own server passes the platform's proxies, which write their own address over the
 * visitor's; a browser's own call cannot be told from it. So a browser's refresh says nothing of the address there, and
 * the session keeps the one of its login. Programs call by themselves.
 */
const factsOfRefresh = (kind: SessionKind, facts: RequestFacts): RequestFacts =>
  kind === 'browser' && env().isVercel ? { ...facts, ip: null } : facts;

/**
 * A change of claims that was committed while the statement waited for the session's row has given it another status number,
 * which the row says, and another role to its person, whose row is still that of before. A token must not say an old role
 * under a number that no list calls stale.
 */
async function withRoleOfNow(row: RefreshRow): Promise<RefreshRow> {
  return row.statusNumber === row.before.statusNumber ? row : { ...row, role: await readRole(row.userId) };
}

/** The database was restored: it does not know yet that it gave this token out. */
const isAhead = ({ before }: RefreshRow, presented: RefreshToken): boolean => presented.counter > before.counter;

async function auditRotation(row: RefreshRow, presented: RefreshToken, facts: RequestFacts): Promise<void> {
  if (isAhead(row, presented)) {
    const details = { stored: row.before.counter, presented: presented.counter };
    const { ip, userAgent } = facts;
    await recordRepeated(
      { type: 'refresh_ahead', userId: row.userId, sessionId: row.id, ip, userAgent, details },
      row.id,
    );
  }
  if (isOtherDevice(row, facts)) await auditDevice(row, facts);
}

/** Another browser family, or another network where networks are known: the owner should be able to see it. */
function isOtherDevice({ before }: RefreshRow, facts: RequestFacts): boolean {
  const isOtherNetwork = before.ip !== null && facts.ip !== null && networkOf(before.ip) !== networkOf(facts.ip);
  return before.device !== facts.device || isOtherNetwork;
}

async function auditDevice(row: RefreshRow, facts: RequestFacts, tx?: Transaction): Promise<void> {
  const { ip, userAgent } = facts;
  const details = { from: row.before.device, to: facts.device };
  const event = { type: 'device_changed', userId: row.userId, sessionId: row.id, ip, userAgent, details } as const;
  await (tx === undefined ? recordRepeated(event, row.id) : recordRepeatedWith(event, row.id, tx));
}

/** False where another request ended it first, for whatever reason: then nothing was written, and no mail waits. */
async function endForReuse(row: RefreshRow, facts: RequestFacts): Promise<boolean> {
  const { appOrigin } = env();
  const mail = sessionEndedToBeSafe({ device: row.before.device, at: row.now, appOrigin });
  const ended = await endSessions(
    { sessionId: row.id, userId: row.userId },
    { reason: 'reuse_detected', audit: 'refresh_reuse', facts, askedBy: row.id, mail },
  );
  return ended > 0;
}
