import 'server-only';
import { AUDIT_RETENTION_SECONDS, OUTBOX_RETENTION_SECONDS, SESSION_RETENTION_SECONDS } from '@/lib/core/policy';
import { hours } from '@/lib/core/time';
import { db } from '@/lib/server/database/client';

/** A sealed token and its row end together; the hour is for clocks that differ. */
const CEREMONY_RETENTION_SECONDS = hours(1);

/**
 * Deletes what has outlived its retention, by the database's clock. Safe at any time, in any number of processes, and done in
 * one statement a table.
 *
 * @returns The number of rows deleted, by kind.
 */
export async function deleteExpired(): Promise<Record<string, number>> {
  const database = db();
  return {
    sessions: await database.$executeRaw`
      DELETE FROM "Session" WHERE "absoluteExpiresAt" < now() - make_interval(secs => ${SESSION_RETENTION_SECONDS})`,
    revocations: await database.$executeRaw`DELETE FROM "Revocation" WHERE "keepUntil" < now()`,
    rateLimits: await database.$executeRaw`DELETE FROM "RateLimit" WHERE "expiresAt" < now()`,
    ceremonies: await database.$executeRaw`
      DELETE FROM "Ceremony" WHERE "expiresAt" < now() - make_interval(secs => ${CEREMONY_RETENTION_SECONDS})`,
    auditEvents: await database.$executeRaw`
      DELETE FROM "AuditEvent" WHERE "at" < now() - make_interval(secs => ${AUDIT_RETENTION_SECONDS})`,
    mails: await database.$executeRaw`
      DELETE FROM "Outbox" WHERE "createdAt" < now() - make_interval(secs => ${OUTBOX_RETENTION_SECONDS})`,
    keys: await database.$executeRaw`DELETE FROM "Key" WHERE "expiresAt" < now()`,
  };
}
