import 'server-only';
import type { AccessClaims } from '@/lib/core/token/claims';
import { db } from '@/lib/server/database/client';
import { networkNow, type RequestFacts } from '@/lib/server/http/request-facts';
import { IS_OPEN_ACCOUNT } from '@/lib/server/users/account-state';
import { isUsableFrom } from './home-network';
import { productClaims, type SessionClaims } from './product-claims';
import { SESSION_COLUMNS, type SessionRow } from './session-store';
import { subjectOf } from './tokens';

/**
 * What is true now of the session of a good token whose claims are stale, for a page that can set no cookie: as the next token
 * will say it. Null when the session is over.
 */
export async function claimsOfNow(claims: AccessClaims, facts: RequestFacts): Promise<SessionClaims | null> {
  const [row] = await db().$queryRaw<SessionRow[]>`
    SELECT ${SESSION_COLUMNS} FROM "Session" s JOIN "User" u ON u.id = s."userId"
    WHERE s.id = ${claims.sid} AND s."userId" = ${claims.sub} AND s."endedAt" IS NULL AND s."idleExpiresAt" > now()
      AND s."absoluteExpiresAt" > now() AND ${IS_OPEN_ACCOUNT} AND ${isUsableFrom(networkNow(facts))}`;
  if (row === undefined) return null;
  const { own: _before, ...rest } = claims;
  return { ...rest, role: row.role, ...(await productClaims(subjectOf(row))) };
}
