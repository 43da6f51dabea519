import 'server-only';
import { parseEnv } from '@/lib/server/config/env';
import { db } from '@/lib/server/database/client';
import { liveKeyring } from '@/lib/server/keys/live-keyring';
import { log } from '@/lib/server/observability/logger';

const MAX_QUIET_SKEW_SECONDS = 2;

/** Ends this process, with one sentence on stderr, when it could only half work. */
export async function startOrExit(): Promise<void> {
  const fault = await checkStart();
  if (fault === null) return;
  process.stderr.write(`${fault}\n`);
  process.exit(1);
}

/** One sentence that says why the server cannot start and what to do; null when it can. */
async function checkStart(): Promise<string | null> {
  const parsed = parseEnv(process.env);
  if (!parsed.ok) return `Handstamp cannot start: ${parsed.faults.join('; ')}.`;
  const { trustedProxyHops, smtpUrl, embeddedDataFolder } = parsed.env;
  let databaseNow: number;
  try {
    const [row] = await db().$queryRaw<{ now: number }[]>`SELECT extract(epoch FROM clock_timestamp())::float8 AS now`;
    databaseNow = row?.now ?? 0;
  } catch {
    return 'Handstamp cannot start: the database at DATABASE_URL does not answer; check the address and that PostgreSQL runs.';
  }
  try {
    await liveKeyring();
  } catch (error) {
    log.error('start.keys', { error });
    return 'Handstamp cannot start: the database has no keys that AUTH_SECRET opens; run `npm run db:migrate` with the same AUTH_SECRET.';
  }
  const skewSeconds = Math.round((Date.now() / 1000 - databaseNow) * 10) / 10;
  if (Math.abs(skewSeconds) > MAX_QUIET_SKEW_SECONDS) log.warn('start.clock_skew', { skewSeconds });
  if (trustedProxyHops === 0 && embeddedDataFolder === null) {
    log.warn('start.no_network_address', {
      reason: 'TRUSTED_PROXY_HOPS is 0: attempts are not limited by network address',
    });
  }
  if (smtpUrl === null && embeddedDataFolder === null) {
    log.warn('start.no_mail', { reason: 'SMTP_URL is not set: mail waits in the outbox' });
  }
  return null;
}
