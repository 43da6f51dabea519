import 'server-only';
import { type Bytes, newId } from '@/lib/core/encoding';
import { sessionLifetime } from '@/lib/core/policy';
import { networkToKeep } from '@/lib/core/session/network-binding';
import { hashSessionSecret, newSessionSecret } from '@/lib/core/token/refresh-token';
import type { Transaction } from '@/lib/server/database/client';
import type { SessionKind } from '@/lib/server/database/generated/prisma/client';
import { noteEnded } from '@/lib/server/database/live-state';
import { networkNow, type RequestFacts } from '@/lib/server/http/request-facts';
import { randomBytes } from '@/lib/server/keys/random';
import { type CreatedSession, createSession } from './creation';
import { type Entry, OPEN_ENTRY } from './entry';
import { noteForeignNetwork } from './home-network';
import type { NewDeviceNotice } from './new-device';
import { type IssuedTokens, issueTokens, newRefreshKeyId, openRefreshToken, sessionPolicy } from './tokens';

/** What a session is known and proven by. */
export type SessionIdentity = { readonly id: string; readonly secret: Bytes };

export const newSessionIdentity = (): SessionIdentity => ({
  id: newId(randomBytes),
  secret: newSessionSecret(randomBytes),
});

export type SessionStart = {
  readonly userId: string;
  readonly kind: SessionKind;
  /** The OAuth client that a program proved to be; null, or nothing said, when it did not. */
  readonly clientId?: string | null;
  readonly remember: boolean;
  /** How the person proved who they are (RFC 8176). */
  readonly amr: readonly string[];
  /** Since when the password that was compared had been set; null, or nothing said, where no password was the proof. */
  readonly passwordSince?: Date | null;
  /** Of the second factors by which it was decided that none is asked for; null, or nothing said, where one was the proof. */
  readonly factorsVersion?: number | null;
  /** What becomes true with the session, or it does not begin. */
  readonly entry?: Entry;
  readonly facts: RequestFacts;
  /** `aud` of its access tokens; null, or nothing said, for our own origin. */
  readonly audience?: string | null;
  /** The refresh cookie that the browser brought: its session ends, the new one takes its place. */
  readonly broughtRefreshToken: string | null;
  /** Of `newDeviceNotice`, where the device is not known to be the person's. */
  readonly notice?: NewDeviceNotice | null;
  /** Where it was made beforehand, so that a later request can be answered with this very session. */
  readonly identity?: SessionIdentity;
};

/** `isNoticed`: a mail about a new device waits to be sent. */
export type StartedSession = IssuedTokens & { readonly isNoticed: boolean };

export type BegunSession = CreatedSession & { readonly secret: Bytes };

/**
 * Begins a session and issues its first tokens. Every authentication begins a new one, so that a thief who holds a copy
 * of the old one gains nothing by it. Null when the user is gone or disabled, their password or their second factors gave
 * way to others, or the entry is closed.
 */
export async function startSession(start: SessionStart): Promise<StartedSession | null> {
  const begun = await beginSession(start);
  if (begun === null) return null;
  await noteBegun(begun, start);
  return { ...(await issueTokens(begun.session, begun.secret)), isNoticed: begun.isNoticed };
}

/**
 * What becomes true with the commit that began a session: which sessions ended for it, and that one of another network
 * was to end and did not.
 */
export async function noteBegun(
  { endedNumbers, refusedUserId }: BegunSession,
  { broughtRefreshToken, facts }: Pick<SessionStart, 'broughtRefreshToken' | 'facts'>,
): Promise<void> {
  noteEnded(endedNumbers);
  if (refusedUserId === null) return;
  const brought = await openRefreshToken(broughtRefreshToken);
  if (brought !== null) await noteForeignNetwork({ id: brought.sessionId, userId: refusedUserId }, facts);
}

/**
 * The database's half of `startSession`, for use inside a transaction: it waits for no other connection. The caller calls
 * `noteBegun` after the commit.
 */
export async function beginSession(start: SessionStart, tx?: Transaction): Promise<BegunSession | null> {
  const {
    userId,
    kind,
    clientId = null,
    remember,
    amr,
    facts,
    audience = null,
    passwordSince = null,
    factorsVersion = null,
    entry = OPEN_ENTRY,
    notice = null,
  } = start;
  const brought = await openRefreshToken(start.broughtRefreshToken);
  const network = networkNow(facts);
  const supersedes =
    brought === null ? null : { id: brought.sessionId, secretHash: await hashSessionSecret(brought.secret), network };
  const { id, secret } = start.identity ?? newSessionIdentity();
  const created = await createSession(
    {
      id,
      userId,
      kind,
      clientId,
      remember,
      amr,
      passwordSince,
      factorsVersion,
      entry,
      facts,
      audience,
      notice,
      supersedes,
      network: networkToKeep(network),
      refreshKeyId: await newRefreshKeyId(),
      secretHash: await hashSessionSecret(secret),
      ...sessionLifetime(sessionPolicy(), remember),
    },
    tx,
  );
  if (created === null) return null;
  return { ...created, secret };
}
