import 'server-only';
import { redactFields, scrubSentence } from './log-redaction';

/** Facts of an event: ids, codes, counts, durations, and a sentence as `reason`. `redact` withholds everything else. */
export type LogFields = { readonly [name: string]: unknown };

/**
 * One line of JSON on stdout for each event: `time` (ISO 8601, this machine's clock), `level`, `event`, then the fields
 * as far as `redact` lets them through. Never throws: a log line is not worth a request.
 */
export const log = {
  info: (event: string, fields?: LogFields): void => write('info', event, fields),
  warn: (event: string, fields?: LogFields): void => write('warn', event, fields),
  /** `error` is whatever was thrown. */
  error: (event: string, fields?: LogFields & { readonly error?: unknown }): void => write('error', event, fields),
};

type Level = 'info' | 'warn' | 'error';

function write(level: Level, event: string, fields: LogFields = {}): void {
  process.stdout.write(`${formatLine(level, event, fields, new Date())}\n`);
}

/** The line without its end. JSON escapes line breaks and control characters: one event is always one line. */
export function formatLine(level: Level, event: string, fields: LogFields, time: Date): string {
  const head = { time: time.toISOString(), level, event: scrubSentence(event) };
  try {
    // The head once more behind the fields: none of them can replace it.
    return JSON.stringify({ ...head, ...redactFields(fields), ...head });
  } catch {
    // A getter that throws.
    return JSON.stringify({ ...head, fields: '[unreadable]' });
  }
}
