import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import type { SessionPolicy } from '@/lib/core/policy';
import { networkClaim } from '@/lib/core/session/network-binding';
import { statusListUri } from '@/lib/core/status-list/status-index';
import type { EpochSeconds } from '@/lib/core/time';
import { issueAccessToken } from '@/lib/core/token/access-token';
import { type AccessClaims, API_CLIENT, WEB_CLIENT } from '@/lib/core/token/claims';
import type { ClaimsSubject } from '@/lib/core/token/claims-subject';
import {
  mintRefreshToken,
  type RefreshMacKeys,
  type RefreshToken,
  readRefreshToken,
  refreshMacKeys,
} from '@/lib/core/token/refresh-token';
import { env } from '@/lib/server/config/env';
import { liveKeyring } from '@/lib/server/keys/live-keyring';
import { randomBytes } from '@/lib/server/keys/random';
import { rootSecrets } from '@/lib/server/keys/root-secrets';
import { statusPositions } from '@/lib/server/revocation/status-positions';
import { productClaims } from './product-claims';
import type { SessionRow } from './session-store';

/** What a client gets for a session. */
export type IssuedTokens = {
  readonly accessToken: string;
  readonly claims: AccessClaims;
  readonly refreshToken: string;
  /** False when the caller presented this very token: then it is not handed out again. */
  readonly isRefreshTokenNew: boolean;
  readonly remember: boolean;
  /** When the refresh token is over unless it is used. */
  readonly refreshExpiresAt: EpochSeconds;
  /** The database's time of issue: lifetimes of cookies are counted from it. */
  readonly now: EpochSeconds;
};

export function sessionPolicy(): SessionPolicy {
  const { idleSeconds, absoluteSeconds, refreshGraceSeconds, accessTtlSeconds } = env();
  return { idleSeconds, absoluteSeconds, graceSeconds: refreshGraceSeconds, accessTtlSeconds };
}

let macKeys: Promise<RefreshMacKeys> | undefined;

async function refreshKeys(): Promise<RefreshMacKeys> {
  macKeys ??= rootSecrets().then(refreshMacKeys);
  return macKeys;
}

/** Which root secret makes new refresh tokens. */
export const newRefreshKeyId = async (): Promise<number> => (await rootSecrets())[0].id;

/** The refresh token in `text` if we made it; null otherwise, without a word to the database. */
export async function openRefreshToken(text: string | null): Promise<RefreshToken | null> {
  if (text === null) return null;
  const read = await readRefreshToken(text, await refreshKeys());
  return read.ok ? read.value : null;
}

/** Of whom and of what the product may say something of its own. */
export const subjectOf = (
  session: Pick<SessionRow, 'id' | 'userId' | 'role' | 'kind' | 'clientId' | 'audience'>,
): ClaimsSubject => {
  const { id, userId, role, kind, clientId, audience } = session;
  return { user: { id: userId, role }, session: { id, kind, clientId, audience: audience ?? env().appOrigin } };
};

/**
 * Both tokens for a session as it stands in the database. Its secret comes from the caller that presented or created it, and so
 * does the counter of the token that was presented, if one was.
 */
export async function issueTokens(
  session: SessionRow,
  secret: Bytes,
  presentedCounter?: number,
): Promise<IssuedTokens> {
  const { appOrigin, accessTtlSeconds } = env();
  const { list, index } = (await statusPositions()).positionOf(session.statusNumber);
  const about = {
    iss: appOrigin,
    aud: session.audience ?? appOrigin,
    sub: session.userId,
    sid: session.id,
    client_id: session.kind === 'browser' ? WEB_CLIENT : (session.clientId ?? API_CLIENT),
    auth_time: Math.floor(session.authenticatedAt),
    role: session.role,
    amr: session.amr,
    status: { status_list: { idx: index, uri: statusListUri(appOrigin, list) } },
    ...(session.network === null ? {} : { net: await networkClaim(session.id, session.network) }),
    ...(await productClaims(subjectOf(session))),
  };
  const { signing } = await liveKeyring();
  const access = await issueAccessToken(about, accessTtlSeconds, signing, session.now, randomBytes);
  const counted = { sessionId: session.id, counter: session.counter, secret };
  return {
    accessToken: access.token,
    claims: access.claims,
    refreshToken: await mintRefreshToken(counted, await refreshKeys()),
    isRefreshTokenNew: session.counter !== presentedCounter,
    remember: session.remember,
    refreshExpiresAt: Math.min(session.idleExpiresAt, session.absoluteExpiresAt),
    now: session.now,
  };
}
