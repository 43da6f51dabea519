import 'server-only';
import { db } from './db';

/** How long ended sessions stay, for their owner's list and for tracing an incident. */
const SESSION_RETENTION_DAYS = 30;
const AUDIT_RETENTION_DAYS = 180;
/** After a day a code or a link in a mail is worth nothing. */
const OUTBOX_RETENTION_HOURS = 24;
/** A sealed token and its row end together; the hour is for clocks that differ. */
const CEREMONY_RETENTION_HOURS = 1;

/**
 * Deletes what nobody needs any more, by the database's clock. Safe at any time, in any number of processes, and done in
 * one statement a table.
 *
 * @returns The number of rows deleted, by kind.
 */
export async function deleteExpired(): Promise<Record<string, number>> {
  const client = db();
  return {
    sessions: await client.$executeRaw`
      DELETE FROM "Session" WHERE "absoluteExpiresAt" < now() - make_interval(days => ${SESSION_RETENTION_DAYS}::int)`,
    revocations: await client.$executeRaw`DELETE FROM "Revocation" WHERE "keepUntil" < now()`,
    rateLimits: await client.$executeRaw`DELETE FROM "RateLimit" WHERE "expiresAt" < now()`,
    ceremonies: await client.$executeRaw`
      DELETE FROM "Ceremony" WHERE "expiresAt" < now() - make_interval(hours => ${CEREMONY_RETENTION_HOURS}::int)`,
    auditEvents: await client.$executeRaw`
      DELETE FROM "AuditEvent" WHERE "at" < now() - make_interval(days => ${AUDIT_RETENTION_DAYS}::int)`,
    mails: await client.$executeRaw`
      DELETE FROM "Outbox" WHERE "createdAt" < now() - make_interval(hours => ${OUTBOX_RETENTION_HOURS}::int)`,
    keys: await client.$executeRaw`DELETE FROM "Key" WHERE "expiresAt" < now()`,
  };
}
