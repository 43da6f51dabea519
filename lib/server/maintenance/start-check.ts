import 'server-only';
import { type Env, isEndOfNext, isOnVercel, parseEnv } from '@/lib/server/config/env';
import { log } from '@/lib/server/observability/logger';
import { checkDatabaseForStart, type StartCheck } from './database-check';

/** How often an absent database is asked again, and how often the log says so meanwhile. */
const LOOK_AGAIN_MS = 2_000;
const SAY_AGAIN_MS = 60_000;

/**
 * Ends this process, with one sentence on stderr, when it could only half work. A wrong setting ends it; a database that
 * is away does not: it answers 503 until the database comes, and what is wrong with that ends it then. An instance on
 * Vercel is not ours to end: it says the sentence, and each request fails by itself.
 */
export async function startOrExit(): Promise<void> {
  const parsed = parseEnv(process.env);
  if (!parsed.ok) return end(parsed.faults.join('; '));
  warnOf(parsed.env);
  const check = await checkDatabaseForStart();
  if (check.kind === 'wrong') return end(check.reason);
  if (check.kind === 'away') sayAwayAndWatch(check);
}

function end(reason: string): void {
  process.stderr.write(`Handstamp cannot start: ${reason}.\n`);
  if (!isOnVercel()) process.exit(1);
}

function sayAwayAndWatch({ reason }: Extract<StartCheck, { kind: 'away' }>): void {
  log.error('start.database_away', { reason });
  let saidAtMs = performance.now();
  const look = async () => {
    const check = await checkDatabaseForStart();
    if (check.kind === 'wrong') return end(check.reason);
    if (check.kind === 'good') return log.info('start.database_here');
    if (performance.now() - saidAtMs >= SAY_AGAIN_MS) {
      saidAtMs = performance.now();
      log.error('start.database_away', { reason: check.reason });
    }
    lookLater();
  };
  const lookLater = () => void setTimeout(() => void look(), LOOK_AGAIN_MS).unref();
  lookLater();
}

/** What works, and not as most people want it. */
function warnOf({ trustedProxyHops, smtpUrl, embeddedDataFolder }: Env): void {
  if (embeddedDataFolder !== null) return;
  if (isEndOfNext() && !isOnVercel()) {
    const reason = 'NEXT_MANUAL_SIG_HANDLE is not set: Next closes the port at the first signal, and requests are lost';
    log.warn('start.no_drain', { reason });
  }
  if (trustedProxyHops === 0) {
    const reason = 'TRUSTED_PROXY_HOPS is 0: attempts are not limited by network address';
    log.warn('start.no_network_address', { reason });
  }
  if (smtpUrl === null) log.warn('start.no_mail', { reason: 'SMTP_URL is not set: mail waits in the outbox' });
}
