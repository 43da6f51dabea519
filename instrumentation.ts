import type { FailedRequest } from './lib/server/maintenance/failed-pages';

/** Set by `register`, for Next calls the other function before it could await an import. */
const shared = globalThis as typeof globalThis & {
  handstampTellFailedRequest?: (error: unknown, request: FailedRequest) => void;
};

/** Runs once before the server takes requests: what is wrong is said in one sentence, and nothing half-working starts. */
export async function register(): Promise<void> {
  if (process.env['NEXT_RUNTIME'] === 'nodejs') {
    // Without it Next ends the process in its own way: a development server should.
    if (process.env['NEXT_MANUAL_SIG_HANDLE']) (await import('./lib/server/maintenance/end-on-signals')).endOnSignals();
    const { tellFailedRequest, watchAnswers } = await import('./lib/server/maintenance/failed-pages');
    shared.handstampTellFailedRequest = tellFailedRequest;
    watchAnswers();
    (await import('./lib/server/maintenance/stale-forms')).leadStaleForms();
    if (process.env.NODE_ENV === 'production') (await import('./lib/server/maintenance/no-upgrades')).ignoreUpgrades();
    const { startOrExit } = await import('./lib/server/maintenance/start-check');
    await startOrExit();
    // Loads hundreds of modules, and so is loaded only where somebody collects. A function of Vercel stands still between two
    // requests: what it collected would come late or never.
    const { OTEL_EXPORTER_OTLP_ENDPOINT, METRICS_PORT, VERCEL } = process.env;
    if ((OTEL_EXPORTER_OTLP_ENDPOINT || METRICS_PORT) && VERCEL !== '1') {
      await (await import('./lib/server/telemetry/start')).startTelemetry();
    }
    if (process.env['VERCEL'] !== '1') (await import('./lib/server/maintenance/background-work')).startBackgroundWork();
  }
}

/** Next calls it for each page, action or handler that threw. */
export function onRequestError(error: unknown, request: FailedRequest): void {
  shared.handstampTellFailedRequest?.(error, request);
}
