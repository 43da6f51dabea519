import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { toIso } from '@/lib/core/time';
import { recordAudit } from '@/lib/server/audit/audit-log';
import { databaseNow } from '@/lib/server/database/live-state';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { exportBucket } from '@/lib/server/rate-limit/buckets';
import { type Blocked, countAttempt } from '@/lib/server/rate-limit/limiter';
import { orGiveBack } from '@/lib/server/rate-limit/own-fault';
import type { Signer } from '@/lib/server/step-up/guard';
import { readPersonalData } from './export-store';

/** A file of what is kept of a person: its name, and its text, which is JSON. */
export type DataFile = { readonly name: string; readonly text: string };

/**
 * All that is kept of the person who asks, for them alone: it has addresses and devices of years, so it wants a fresh proof,
 * and is given out three times a day. `unauthenticated` when the account is gone meanwhile.
 */
export async function exportData(
  { user, sessionId, isRecent }: Signer,
  { ip, userAgent }: RequestFacts,
): Promise<Result<DataFile, 'step_up_required' | 'unauthenticated'> | Blocked> {
  if (!isRecent) return fail('step_up_required');
  const bucket = await exportBucket(user.id);
  const counted = await countAttempt([bucket]);
  if (!counted.ok) return counted;
  const data = await orGiveBack([bucket], async () => {
    const read = await readPersonalData(user.id);
    if (read !== null) await recordAudit({ type: 'data_exported', userId: user.id, sessionId, ip, userAgent });
    return read;
  });
  if (data === null) return fail('unauthenticated');
  const exportedAt = toIso(Math.floor(await databaseNow()));
  return succeed({
    name: `account-data-${exportedAt.slice(0, 10)}.json`,
    text: `${JSON.stringify({ exportedAt, ...data }, null, 2)}\n`,
  });
}
