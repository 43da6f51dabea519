import 'server-only';
import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import { log } from '@/lib/server/observability/logger';

const QUIET_MS = 60_000;

/**
 * Has the log say what the OpenTelemetry library could not do, such as reach its collector: at once for the first, then one
 * line a minute at most. The library itself says it to nobody.
 */
export function tellTrouble(): void {
  let toldMs = Number.NEGATIVE_INFINITY;
  const tell = (message: string) => {
    if (performance.now() - toldMs < QUIET_MS) return;
    toldMs = performance.now();
    log.warn('telemetry.trouble', { reason: sentenceOf(message) });
  };
  const nothing = () => undefined;
  const logger: DiagLogger = { error: tell, warn: tell, info: nothing, debug: nothing, verbose: nothing };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

/** An error comes as JSON with its stack: the message says enough. */
function sentenceOf(message: string): string {
  try {
    const { message: inner, code } = JSON.parse(message) as { message?: unknown; code?: unknown };
    return [inner, code].filter((part) => typeof part === 'string' && part !== '').join(' ') || 'unknown';
  } catch {
    return message;
  }
}
