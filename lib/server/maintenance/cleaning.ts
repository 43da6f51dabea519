import 'server-only';
import { setTimeout as sleep } from 'node:timers/promises';
import { AUDIT_RETENTION_SECONDS, MAIL_LINK_RETENTION_SECONDS, SESSION_RETENTION_SECONDS } from '@/lib/core/policy';
import { hours } from '@/lib/core/time';
import { db } from '@/lib/server/database/client';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import { giveUpExpired } from '@/lib/server/mail/outbox';
import { deleteDueAccounts, MOST_DELETIONS } from './due-deletions';

/** A sealed token and its row end together; the hour is for clocks that differ. */
const CEREMONY_RETENTION_SECONDS = hours(1);
/** So many rows a statement: a fraction of a second on a slow disk, so that nothing waits long for what it holds. */
const BATCH_ROWS = 1_000;
/** So many times as long as a batch took, the database is left to those who sign in. */
const REST = 2;
/** Below the minute after which many a scheduler gives up. */
const CLEANING_MS = 25_000;

const outlived = (column: string, seconds: number): Prisma.Sql =>
  Prisma.sql`${Prisma.raw(`"${column}"`)} < now() - make_interval(secs => ${seconds})`;

/** Deletes up to `rows` rows of a table that meet `condition`. One that somebody holds at this moment is left for later. */
const batchOf = (table: string, condition: Prisma.Sql) => (rows: number) => {
  const name = Prisma.raw(`"${table}"`);
  return db().$executeRaw`
    DELETE FROM ${name} WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${name} WHERE ${condition} LIMIT ${rows} FOR UPDATE SKIP LOCKED))`;
};

const KINDS = {
  accounts: deleteDueAccounts,
  sessions: batchOf('Session', outlived('absoluteExpiresAt', SESSION_RETENTION_SECONDS)),
  revocations: batchOf('Revocation', outlived('keepUntil', 0)),
  rateLimits: batchOf('RateLimit', outlived('expiresAt', 0)),
  ceremonies: batchOf('Ceremony', outlived('expiresAt', CEREMONY_RETENTION_SECONDS)),
  mailLinks: batchOf('MailLink', outlived('expiresAt', MAIL_LINK_RETENTION_SECONDS)),
  factorResets: batchOf('FactorReset', outlived('expiresAt', 0)),
  auditEvents: batchOf('AuditEvent', outlived('at', AUDIT_RETENTION_SECONDS)),
  mails: giveUpExpired,
  keys: batchOf('Key', outlived('expiresAt', 0)),
} as const satisfies Record<string, (rows: number) => Promise<number>>;

export type Kind = keyof typeof KINDS;

/** So many of a kind at a time at most, where one is more than a row. */
const MOST_ROWS: Partial<Record<Kind, number>> = { accounts: MOST_DELETIONS };

/** What one cleaning came to. */
export type Cleaning = {
  /** Rows deleted, by kind. */
  readonly deleted: Readonly<Record<Kind, number>>;
  /** Kinds that failed, and how. */
  readonly failures: readonly { readonly kind: Kind; readonly error: unknown }[];
  /** Kinds of which more is left than the time allowed: the next cleaning goes on. */
  readonly unfinished: readonly Kind[];
};

/**
 * Deletes what has outlived its retention, by the database's clock, `batchRows` rows a statement and for `forMs` at most.
 * After each full batch it rests for twice as long as that took. A kind that fails does not hold up the others. Safe at any
 * time, in any number of processes, and when it is broken off: each batch is committed by itself.
 */
export async function deleteExpired({ forMs = CLEANING_MS, batchRows = BATCH_ROWS } = {}): Promise<Cleaning> {
  const untilMs = performance.now() + forMs;
  const deleted: Record<Kind, number> = {
    accounts: 0,
    sessions: 0,
    revocations: 0,
    rateLimits: 0,
    ceremonies: 0,
    mailLinks: 0,
    factorResets: 0,
    auditEvents: 0,
    mails: 0,
    keys: 0,
  };
  const failures: { kind: Kind; error: unknown }[] = [];
  // In turns, so that none waits for the end of a long one.
  const left = new Set(Object.keys(KINDS) as Kind[]);
  while (left.size > 0 && performance.now() < untilMs) {
    for (const kind of left) {
      const beganAt = performance.now();
      if (beganAt >= untilMs) break;
      try {
        const rows = Math.min(batchRows, MOST_ROWS[kind] ?? batchRows);
        const count = await KINDS[kind](rows);
        deleted[kind] += count;
        if (count < rows) left.delete(kind);
        else await sleep(Math.min(REST * (performance.now() - beganAt), untilMs - performance.now()));
      } catch (error) {
        failures.push({ kind, error });
        left.delete(kind);
      }
    }
  }
  return { deleted, failures, unfinished: [...left] };
}
