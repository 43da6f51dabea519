import 'server-only';
import { readFactorCode } from '@/lib/core/factors/factor-code';
import { fail, type Result } from '@/lib/core/failures';
import { type ProvenCode, proveCode } from '@/lib/server/factors/prove-code';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import type { Blocked } from '@/lib/server/rate-limit/limiter';

/**
 * Takes the `code` that a program brings with the password of somebody who has a second factor: of their app, or a recovery
 * code. `missing` without one.
 */
export async function secondFactor(
  userId: string,
  { clientId, code, facts }: { clientId: string | null; code: string | undefined; facts: RequestFacts },
): Promise<Result<ProvenCode, 'missing' | 'invalid_code' | 'row_too_long'> | Blocked> {
  if (code === undefined) return fail('missing');
  const read = readFactorCode(code);
  if (read === null) return fail('invalid_code');
  const deviceId = clientId === null ? null : `client ${clientId}`;
  return proveCode({ userId, deviceId, code: read, facts, isRowBounded: clientId === null });
}
