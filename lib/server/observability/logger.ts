import 'server-only';
import { type DestinationStream, pino } from 'pino';
import { type Loggable, redactFields, scrubSentence } from './log-redaction';
import { prettyOutput } from './pretty-output';
import { activeTrace } from './telemetry';

/** Facts of an event: ids, codes, counts, durations, and a sentence as `reason`. `redact` withholds everything else. */
export type LogFields = { readonly [name: string]: unknown };

/** Never throws for what it is given: a log line is not worth a request. */
export type Log = {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  /** `error` is whatever was thrown. */
  error(event: string, fields?: LogFields & { readonly error?: unknown }): void;
};

/** What our methods hand to pino: nothing that pino would look into before `withheld` has seen it. */
type Entry = { readonly event: string; readonly fields: LogFields };

/**
 * A log that writes one line of JSON for each event: `level`, `time` (ISO 8601), `event`, then the fields as far as
 * `redact` lets them through, and `trace_id` and `span_id` of the request where traces are collected. JSON escapes line breaks
 * and control characters, so one event is always one line.
 *
 * @param now The clock of `time`.
 */
export function logTo(destination: DestinationStream, now: () => Date): Log {
  const options = {
    base: null,
    timestamp: () => `,"time":"${now().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }), log: withheld },
    // Pino's own would look for more in an error than our redaction left of it.
    serializers: { err: (value: unknown) => value },
  };
  const logger = pino(options, destination);
  return {
    info: (event, fields = {}) => logger.info({ event, fields } satisfies Entry),
    warn: (event, fields = {}) => logger.warn({ event, fields } satisfies Entry),
    error: (event, fields = {}) => logger.error({ event, fields } satisfies Entry),
  };
}

function withheld(entry: object): { [name: string]: Loggable } {
  const { event, fields } = entry as Entry;
  const trace = activeTrace();
  const place = trace === null ? {} : { trace_id: trace.traceId, span_id: trace.spanId };
  const head = { event: scrubSentence(event), ...place };
  try {
    // JSON would take the last of two `level`s or `time`s, and pino writes its own first.
    const { level: _level, time: _time, ...kept } = redactFields(fields);
    return { ...head, ...kept, ...head };
  } catch {
    // A getter that throws.
    return { ...head, fields: '[unreadable]' };
  }
}

/** Asked for at each line: a test, or whatever runs the server, may have put something else there. */
const output: DestinationStream = { write: (line) => void process.stdout.write(line) };

/** True under `next dev`: there is a developer to be told what is missing. */
export const isDevelopment = process.env.NODE_ENV === 'development';

/** The log of this process, on its standard output; for the eyes of a developer where there is one. */
export const log: Log = logTo(isDevelopment ? prettyOutput(output) : output, () => new Date());
