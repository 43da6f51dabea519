import 'server-only';
import { after } from 'next/server';
import { log } from '@/lib/server/observability/logger';
import type { AuditType } from './audit-log';
import { recordRepeated } from './repeated-events';

/**
 * As `recordRepeated`, once the answer to the request is out: nothing shows in its time. Does nothing where `userId` is
 * null, because nobody has the account that the event would be of.
 */
export function recordAfterAnswer(
  type: AuditType,
  userId: string | null,
  { ip, userAgent }: { readonly ip: string | null; readonly userAgent: string | null },
): void {
  if (userId === null) return;
  after(async () => {
    try {
      await recordRepeated({ type, userId, ip, userAgent }, userId);
    } catch (error) {
      log.error('audit.lost', { error });
    }
  });
}
