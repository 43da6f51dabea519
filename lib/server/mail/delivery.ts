import 'server-only';
import { after } from 'next/server';
import { log } from '@/lib/server/observability/logger';
import { drainOutbox } from './drain';

/** Sends what waits in the outbox once the answer is out, so that the time it takes does not show whether there was a mail to send. */
export function sendDueMail(): void {
  after(async () => {
    try {
      await drainOutbox();
    } catch (error) {
      log.error('mail.failed', { error });
    }
  });
}
