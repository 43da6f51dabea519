import 'server-only';
import type { AuditType } from '@/lib/server/audit/audit-log';
import { isAuditType } from '@/lib/server/audit/event-words';
import type { EndedOnce } from '@/lib/server/sessions/end-all';

/** An event as `AUDIT_LOG=stdout` told it. */
export type ShippedEvent = {
  readonly at: Date;
  readonly type: AuditType;
  readonly userId: string | null;
  /** Of a change of role. */
  readonly role: string | null;
};

/** What a file of shipped lines says, in their order of time. */
export type ShippedHistory = {
  readonly ended: EndedOnce;
  readonly events: readonly ShippedEvent[];
  /** Of the oldest and the newest line. */
  readonly from: Date;
  readonly until: Date;
  /** The highest status number that it names. */
  readonly highestNumber: number;
};

const ENDS: readonly AuditType[] = [
  'signed_out',
  'session_ended',
  'session_superseded',
  'session_over_limit',
  'refresh_reuse',
];

/**
 * Reads the log of servers with `AUDIT_LOG=stdout`: JSON, one object a line, in any order, other lines among them and lines
 * twice. A log drain may wrap a line as `message` of another object. Null when no line of it was shipped: then it is the
 * wrong file, and nothing would be ended.
 */
export function readHistory(text: string): ShippedHistory | null {
  const lines = text.split('\n').flatMap((line) => shippedLine(line) ?? []);
  const sorted = lines.sort((a, b) => a.at.getTime() - b.at.getTime());
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return null;
  const ends = sorted.filter(({ isEnd }) => isEnd);
  const events = sorted.flatMap(({ at, type, userId, role }) => (type === null ? [] : { at, type, userId, role }));
  return {
    ended: {
      sessionIds: unique(ends.map(({ sessionId }) => sessionId)),
      statusNumbers: unique(ends.map(({ sessionId, number }) => (sessionId === null ? number : null))),
      userIds: unique(events.map(({ type, userId }) => (type === 'account_deleted' ? userId : null))),
    },
    events,
    from: first.at,
    until: last.at,
    highestNumber: sorted.reduce((highest, { number }) => Math.max(highest, number ?? 0), 0),
  };
}

type Line = {
  readonly at: Date;
  readonly isEnd: boolean;
  readonly type: AuditType | null;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly number: number | null;
  readonly role: string | null;
};

function shippedLine(line: string): Line | null {
  const parsed = parse(line);
  const fields = parsed !== null && !('event' in parsed) ? (parse(parsed['message']) ?? parsed) : parsed;
  if (fields === null || (fields['event'] !== 'audit' && fields['event'] !== 'session.ended')) return null;
  const at = new Date(textOf(fields['at']) ?? Number.NaN);
  if (Number.isNaN(at.getTime())) return null;
  const named = textOf(fields['type']);
  const type = named !== null && isAuditType(named) ? named : null;
  const number = fields['statusNumber'];
  return {
    at,
    isEnd: fields['event'] === 'session.ended' || (type !== null && ENDS.includes(type)),
    type,
    userId: textOf(fields['userId']),
    sessionId: textOf(fields['sessionId']),
    number: typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? number : null,
    role: textOf(fields['role']),
  };
}

function parse(value: unknown): { readonly [name: string]: unknown } | null {
  if (typeof value !== 'string' || !value.trimStart().startsWith('{')) return null;
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : null;
  } catch {
    return null;
  }
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const unique = <T>(values: readonly (T | null)[]): T[] => [...new Set(values.filter((value) => value !== null))];
