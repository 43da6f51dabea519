import 'server-only';
import { shipEvents, startShipping } from '@/lib/server/audit/shipping';
import { env } from '@/lib/server/config/env';
import { startMailClock } from '@/lib/server/mail/clock';
import { afterLastRequest } from './ending';

/** A development server begins anew in the same process. */
const shared = globalThis as typeof globalThis & { handstampStopMailClock?: () => Promise<void> };

/**
 * Starts what this process does unasked for as long as it lives: it sends the mail that waits, and ships events where
 * `AUDIT_LOG` asks for it, once more at its end. Not for a platform that stops the process between requests, where a
 * scheduler calls `/api/cron/mail` instead. Without a way out for mail none is sent, and it waits.
 */
export function startBackgroundWork(): void {
  void shared.handstampStopMailClock?.();
  const { smtpUrl, embeddedDataFolder, auditLog } = env();
  if (auditLog !== 'off') {
    startShipping();
    afterLastRequest('audit', shipEvents);
  }
  if (smtpUrl === null && embeddedDataFolder === null) return;
  const stop = startMailClock();
  shared.handstampStopMailClock = stop;
  afterLastRequest('mail', stop);
}
