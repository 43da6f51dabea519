import 'server-only';
import { equalBytes, utf8 } from '@/lib/core/encoding';
import { bearerToken } from '@/lib/core/http/bearer';
import { env } from '@/lib/server/config/env';

/** True for the scheduler's call: `Authorization: Bearer` with `CRON_SECRET`. Never when no such secret is set. */
export function isCronCall(authorization: string | null): boolean {
  const { cronSecret } = env();
  const presented = bearerToken(authorization);
  return cronSecret !== null && presented !== null && equalBytes(utf8(presented), utf8(cronSecret));
}
