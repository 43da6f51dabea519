import type { FailedRequest } from '@/lib/server/maintenance/failed-pages';

/** The product's own instrumentation without its telemetry. */
const shared = globalThis as typeof globalThis & {
  handstampTellFailedRequest?: (error: unknown, request: FailedRequest) => void;
};

export async function register(): Promise<void> {
  if (process.env['NEXT_RUNTIME'] === 'nodejs') {
    const { tellFailedRequest, watchAnswers } = await import('@/lib/server/maintenance/failed-pages');
    shared.handstampTellFailedRequest = tellFailedRequest;
    watchAnswers();
    (await import('@/lib/server/maintenance/stale-forms')).leadStaleForms();
    const { startOrExit } = await import('@/lib/server/maintenance/start-check');
    await startOrExit();
    if (process.env['VERCEL'] !== '1') (await import('@/lib/server/maintenance/background-work')).startBackgroundWork();
  }
}

export function onRequestError(error: unknown, request: FailedRequest): void {
  shared.handstampTellFailedRequest?.(error, request);
}
