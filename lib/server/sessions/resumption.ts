import 'server-only';
import { hashSessionSecret } from '@/lib/core/token/refresh-token';
import { db } from '@/lib/server/database/client';
import { networkNow, type RequestFacts } from '@/lib/server/http/request-facts';
import { IS_OPEN_ACCOUNT } from '@/lib/server/users/account-state';
import { isUsableFrom } from './home-network';
import { SESSION_COLUMNS, type SessionRow } from './session-store';
import type { SessionIdentity } from './start';

/**
 * The session of that id and secret as it stands, for an answer that is given again. Nothing rotates and nothing is
 * written. Null when it has ended or ran out, when its person is disabled, and in a network that it is not bound to.
 */
export async function findLiveSession(
  { id, secret }: SessionIdentity,
  facts: RequestFacts,
): Promise<SessionRow | null> {
  const [row] = await db().$queryRaw<SessionRow[]>`
    SELECT ${SESSION_COLUMNS} FROM "Session" s JOIN "User" u ON u.id = s."userId"
    WHERE s.id = ${id} AND s."secretHash" = ${await hashSessionSecret(secret)} AND s.kind = 'browser'
      AND s."endedAt" IS NULL AND s."idleExpiresAt" > now() AND s."absoluteExpiresAt" > now()
      AND ${IS_OPEN_ACCOUNT} AND ${isUsableFrom(networkNow(facts))}`;
  return row ?? null;
}
