import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { findFreePort } from '@/scripts/free-port.mjs';
import { useDatabase } from '@/tests/support/database/use-database';
import { testEnvironment } from '@/tests/support/server/environment';
import { startNpm } from '@/tests/support/server/npm';
import { startCollector } from '@/tests/support/telemetry/collector';

const collector = await startCollector();
afterAll(() => collector.stop());
const { url: databaseUrl } = await useDatabase();
/** Nothing is sent by a clock: what arrives was sent at the end. */
const settings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  OTEL_TRACES_SAMPLER: 'always_on',
  OTEL_BSP_SCHEDULE_DELAY: '600000',
  OTEL_METRIC_EXPORT_INTERVAL: '600000',
};
Object.assign(process.env, settings);
const { startTelemetry, endTelemetry } = await import('@/lib/server/telemetry/start');
const { inSpan } = await import('@/lib/server/observability/telemetry');

const READY = { timeout: 90_000, interval: 50 };
const namesSent = () => collector.spans.map(({ name }) => name);

describe('the end of a server', () => {
  it('sends the spans and metrics that are left, and then exits with 0', async () => {
    const port = await findFreePort();
    const server = startNpm(['start'], { ...testEnvironment(databaseUrl, port), ...settings });
    afterAll(() => server.killAll());
    const live = () => fetch(`http://127.0.0.1:${port}/api/health/live`).catch(() => null);
    await expect.poll(async () => (await live())?.status, { ...READY, message: server.output() }).toBe(200);
    // The first one came while the server was still starting, before anything watched.
    await live();
    expect(namesSent()).toEqual([]);
    process.kill(server.pid, 'SIGTERM');
    expect(await server.ended()).toBe(0);
    expect(namesSent()).toContain('GET /api/health/live');
    expect(collector.points().map(({ name }) => name)).toContain('http.server.request.duration');
  });
});

describe('endTelemetry', () => {
  it('sends what is left, and measures nothing any more', async () => {
    await startTelemetry();
    await inSpan('auth.status_list.sign', async () => undefined);
    await endTelemetry();
    expect(namesSent()).toContain('auth.status_list.sign');
    await inSpan('auth.state.read', async () => undefined);
    await endTelemetry();
    expect(namesSent()).not.toContain('auth.state.read');
  });

  it('waits less than a second for a collector that does not answer', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    await startTelemetry();
    await inSpan('auth.password.hash', async () => undefined);
    const startedMs = performance.now();
    await endTelemetry();
    const tookMs = performance.now() - startedMs;
    expect(tookMs).toBeGreaterThan(750);
    // A busy machine takes what it takes; the library itself would wait for ten seconds.
    expect(tookMs).toBeLessThan(8_000);
    silent.close();
  });
});
