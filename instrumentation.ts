/** Runs once before the server takes requests: what is wrong is said in one sentence, and nothing half-working starts. */
export async function register(): Promise<void> {
  if (process.env['NEXT_RUNTIME'] === 'nodejs') {
    const { startOrExit } = await import('./lib/server/maintenance/start-check');
    await startOrExit();
  }
}
