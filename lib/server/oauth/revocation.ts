import 'server-only';
import { fromApiRefreshToken } from '@/lib/core/token/refresh-token';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { endByAccessToken, endByRefreshToken } from '@/lib/server/sessions/sign-out';
import { knownAudiences } from './audiences';

/**
 * Ends the session that a token belongs to (RFC 7009). Text that is no token of ours, or no longer good, ends nothing and
 * is no error (§2.2), and costs no statement. Throws when the database does not answer.
 */
export async function revokeToken(token: string, facts: RequestFacts): Promise<void> {
  const isRefreshToken = await endByRefreshToken(fromApiRefreshToken(token) ?? token, facts);
  if (!isRefreshToken) await endByAccessToken(token, knownAudiences(), facts);
}
