import 'server-only';
import type { FieldFault } from '@/lib/core/http/problem';
import { type EventPage, readEventId } from '@/lib/server/audit/event-view';
import { type Problem, problem } from './answer';

const DEFAULT_EVENTS = 50;
const MAX_EVENTS = 100;

/** Which part of a log a query asks for: `cursor`, an id that an answer named as `next`, and `limit`. */
export function readEventPage(
  query: URLSearchParams,
): { readonly ok: true; readonly value: EventPage } | { readonly ok: false; readonly error: Problem } {
  const [cursor, limitText] = [query.get('cursor'), query.get('limit') ?? String(DEFAULT_EVENTS)];
  const before = cursor === null ? null : readEventId(cursor);
  const limit = /^\d{1,3}$/.test(limitText) ? Number(limitText) : 0;
  const errors: FieldFault[] = [];
  if (cursor !== null && before === null) {
    errors.push({ field: 'cursor', code: 'invalid', message: 'Send what an answer named as “next”, or none' });
  }
  if (limit < 1 || limit > MAX_EVENTS) {
    errors.push({ field: 'limit', code: 'invalid', message: `Send a number from 1 to ${MAX_EVENTS}` });
  }
  if (errors.length > 0) return { ok: false, error: problem('validation_failed', { errors }) };
  return { ok: true, value: { before, limit } };
}
