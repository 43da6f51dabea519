import 'server-only';
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { after } from 'next/server';
import { log } from '@/lib/server/observability/logger';
import { drainOutbox } from './drain';

/** In milliseconds. */
const SOONEST = 50;
const LATEST = 1_000;

/**
 * Sends what waits in the outbox once the answer is out, a random moment later: neither the time of this answer nor that
 * of the next one to the same visitor shows whether there was a mail to send.
 */
export function sendDueMail(): void {
  after(async () => {
    try {
      await sleep(randomInt(SOONEST, LATEST));
      await drainOutbox();
    } catch (error) {
      log.error('mail.failed', { error });
    }
  });
}
