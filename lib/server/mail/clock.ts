import 'server-only';
import { log } from '@/lib/server/observability/logger';
import { drainOutbox } from './drain';
import { isMailDue } from './outbox';

const EVERY_MS = 5_000;

/**
 * Looks every `everyMs`, give or take a fifth, whether mail is due, and sends it: mail that failed is tried again though
 * nobody causes any other. It keeps no process alive. Instances that began together do not look together for long.
 *
 * @returns What stops it, and resolves once it sends nothing any more.
 */
export function startMailClock({ everyMs = EVERY_MS } = {}): () => Promise<void> {
  let timer: NodeJS.Timeout;
  let looking: Promise<void> = Promise.resolve();
  let isStopped = false;
  let isInTrouble = false;
  const look = async () => {
    try {
      if (await isMailDue()) await drainOutbox();
      isInTrouble = false;
    } catch (error) {
      // Once for each time that the database is away, and not at each look.
      if (!isInTrouble) log.error('mail.failed', { error });
      isInTrouble = true;
    }
    if (!isStopped) wait();
  };
  const wait = () => {
    const begin = () => {
      looking = look();
    };
    timer = setTimeout(begin, everyMs * (0.8 + 0.4 * Math.random()));
    timer.unref();
  };
  wait();
  return () => {
    isStopped = true;
    clearTimeout(timer);
    return looking;
  };
}
