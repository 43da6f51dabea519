import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { db } from '@/lib/server/database/client';
import { METRICS, type Metric, type MetricName } from '@/lib/server/observability/metric-list';
import { findFreePort } from '@/scripts/free-port.mjs';
import { prometheusName } from '@/scripts/metric-files.mjs';
import { useDatabase } from '@/tests/support/database/use-database';
import { send } from '@/tests/support/http/requests';
import { createPerson, lengthenWaits, PASSWORD, type Person, prepareSession } from '@/tests/support/people';
import { recordOutput, useServer } from '@/tests/support/server/use-server';
import { drawTrace, startCollector } from '@/tests/support/telemetry/collector';

const collector = await startCollector();
afterAll(() => collector.stop());
const { url: databaseUrl } = await useDatabase();
const metricsPort = await findFreePort();
const server = await useServer({
  databaseUrl,
  env: {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_TRACES_SAMPLER: 'always_on',
    OTEL_BSP_SCHEDULE_DELAY: '100',
    OTEL_METRIC_EXPORT_INTERVAL: '300',
    METRICS_PORT: String(metricsPort),
    NODE_OPTIONS: `--import ${new URL('../../support/telemetry/loaded-modules.mjs', import.meta.url).href}`,
    TRUSTED_PROXY_HOPS: '1',
  },
});
const output = recordOutput(server);

/** What a person could be known by, as it is learnt. */
const identifying = new Set<string>();
const AGENT = 'Canary/9.7 (Mine; Deep)';
const ADDRESS = '198.51.100.77';
/** A busy machine may take longer to send something; nothing here waits for it to be over. */
const SOON = { timeout: 20_000 };
const CALLER = '00000000000000aa';
let traces = 0;

/** A request of a visitor whose browser, or a proxy before us, has begun a trace. */
async function traced(path: string, options: Parameters<typeof send>[2] = {}) {
  traces += 1;
  const traceId = traces.toString(16).padStart(32, 'c');
  const headers = {
    traceparent: `00-${traceId}-${CALLER}-00`,
    tracestate: 'canary=singing',
    'user-agent': AGENT,
    'x-forwarded-for': ADDRESS,
  };
  const answer = await send(server, path, { ...options, headers: { ...headers, ...options.headers } });
  for (const value of Object.values(answer.cookies)) if (value !== '') identifying.add(value);
  return { traceId, answer, drawn: () => withoutReading(drawTrace(collector.spans, traceId)) };
}

async function person(): Promise<Person> {
  const one = await createPerson({ hasPassword: true, email: `canary-${traces}@canaries.test`, name: 'Canary' });
  for (const text of [one.id, one.email, 'canary-', PASSWORD, AGENT, ADDRESS, 'singing']) identifying.add(text);
  return one;
}

const signIn = ({ email }: Person, password = PASSWORD) =>
  traced('/api/auth/login', { method: 'POST', json: { email, password, remember: true } });

/** The trace that README.md draws of this request. */
function drawing(request: string): string {
  const [, drawn = ''] = /^```text\n([\s\S]+?)\n```$/m.exec(readFileSync('README.md', 'utf8')) ?? [];
  return drawn.split('\n\n').find((one) => one.startsWith(request)) ?? '';
}

/** Whichever request finds what is known of keys and sessions older than a second reads it again: left out of the drawings. */
const withoutReading = (drawn: string) => drawn.replace(/\n *auth\.state\.read/g, '');

/** Until everything that was counted so far has been sent. */
async function untilSent(): Promise<void> {
  const pushes = () => collector.messages.filter((text) => text.includes('resourceMetrics')).length;
  const before = pushes();
  await expect.poll(pushes, SOON).toBeGreaterThan(before + 1);
}

const sumOf = (name: MetricName, attributes: Record<string, string> = {}) =>
  collector
    .points()
    .filter((one) => one.name === name)
    .filter((one) => Object.entries(attributes).every(([key, value]) => one.attributes[key] === value))
    .reduce((sum, { value }) => sum + value, 0);

describe('a trace', () => {
  it('of a sign-in is one, and as README.md draws it', async () => {
    const somebody = await person();
    const { answer, drawn } = await signIn(somebody);
    expect(answer.status).toBe(200);
    await expect.poll(drawn, SOON).toBe(drawing('POST /api/auth/login'));
  });

  it('of a silent renewal is one, through the edge and its call to its own server', async () => {
    // The edge fetches the key set once, for all.
    await traced('/dashboard', { cookies: (await prepareSession()).refreshOnly });
    const session = await prepareSession();
    for (const text of [session.id, session.accessToken, session.refreshToken]) identifying.add(text);
    const { answer, traceId, drawn } = await traced('/dashboard?theme=secret-of-a-link', {
      cookies: session.refreshOnly,
    });
    identifying.add('secret-of-a-link');
    expect(answer.status).toBe(200);
    await expect.poll(drawn, SOON).toBe(drawing('GET /dashboard'));
    // Whoever asked had begun it, and its span is the one above.
    const below = collector.spans.filter((one) => one.traceId === traceId && one.parentSpanId === CALLER);
    expect(below.map(({ name }) => name)).toEqual(['GET /dashboard']);
  });

  it.each(['00-zz-aa-01', `00-${'0'.repeat(32)}-00000000000000aa-01`, `01-${'a'.repeat(32)}-${'b'.repeat(16)}-01`])(
    'begins anew where the caller names none: %s',
    async (traceparent) => {
      const before = collector.spans.length;
      await send(server, '/api/health/live', { headers: { traceparent } });
      const name = 'GET /api/health/live';
      const fresh = () => collector.spans.slice(before).filter((one) => one.name === name && !one.parentSpanId);
      await expect.poll(() => fresh().length, SOON).toBe(1);
      expect(fresh()[0]?.traceId).toMatch(/^(?!0+$|a+$)[0-9a-f]{32}$/);
    },
  );

  it('is named in the lines that its request writes into the log', async () => {
    const somebody = await person();
    // A hash whose pepper is gone: our own trouble, and a line says so.
    const hash = `hs1$AAAAAAAA$2b$10$${'A'.repeat(53)}`;
    await db().password.update({ where: { userId: somebody.id }, data: { hash } });
    const { traceId } = await signIn(somebody);
    const line = () =>
      output()
        .split('\n')
        .find((one) => one.includes('password.unreadable'));
    await expect.poll(line, SOON).toBeDefined();
    expect(JSON.parse(line() ?? '')).toMatchObject({
      trace_id: traceId,
      span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });
});

describe('metrics', () => {
  it('count what happened', async () => {
    const counted = () => ({
      right: sumOf('handstamp.login.attempts', { outcome: 'right' }),
      wrong: sumOf('handstamp.login.attempts', { outcome: 'wrong' }),
      waiting: sumOf('handstamp.limit.hits', { limit: 'account' }),
      rotated: sumOf('handstamp.refresh', { outcome: 'rotate', kind: 'browser' }),
      signedOut: sumOf('handstamp.sessions.ended', { reason: 'signed_out' }),
      told: sumOf('http.server.request.duration', {
        'http.route': '/api/auth/login',
        'http.response.status_code': '429',
      }),
    });
    await untilSent();
    const earlier = counted();
    const somebody = await person();
    const { answer } = await signIn(somebody);
    await traced('/api/auth/refresh', { method: 'POST', cookies: answer.cookies });
    await traced('/api/auth/logout', { method: 'POST', cookies: answer.cookies });
    const other = await person();
    for (let round = 0; round < 5; round += 1) await signIn(other, 'not the password of anybody');
    await lengthenWaits();
    for (let round = 0; round < 2; round += 1) await signIn(other, 'not the password of anybody');
    await traced('/api/auth/forgot-password', { method: 'POST', json: { email: other.email } });
    await traced('/status-lists/0');
    const since = () =>
      Object.fromEntries(
        Object.entries(counted()).map(([name, count]) => [name, count - earlier[name as keyof typeof earlier]]),
      );
    await expect.poll(since, SOON).toEqual({ right: 1, wrong: 5, waiting: 2, rotated: 1, signedOut: 1, told: 2 });
  });

  it('are all measured, and none is sent that the list does not have', async () => {
    await expect
      .poll(() => [...new Set(collector.points().map(({ name }) => name))].sort(), SOON)
      .toEqual(Object.keys(METRICS).sort());
  });

  it('are found by Prometheus on a port of their own, on this machine alone, under the names of the dashboard', async () => {
    const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    const types = new Map([...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type = '']) => [name, type]));
    const wanted = Object.entries(METRICS as Readonly<Record<string, Metric>>).map(
      ([name, metric]) => [prometheusName(name, metric), metric.kind] as const,
    );
    expect(wanted.filter(([name, kind]) => types.get(name) !== kind)).toEqual([]);
    await expect(fetch(`http://127.0.0.2:${metricsPort}/metrics`)).rejects.toThrow();
    expect((await send(server, '/metrics')).status).toBe(404);
    // Being asked for metrics is no request to the site.
    expect(text).not.toContain('http_route="/metrics"');
  });
});

// Promise: No person, session or address leaves with a metric or a span
describe('what is sent', () => {
  it('names no person, session, token, network or device, and no words of a caller', async () => {
    expect(identifying.size).toBeGreaterThan(20);
    const all = collector.messages.join('\n');
    const names = ['auth.password.hash', 'auth.session.rotate', 'auth.state.read', 'auth.status_list.sign'];
    expect(names.filter((name) => !all.includes(name))).toEqual([]);
    expect([...identifying].filter((text) => all.includes(text))).toEqual([]);
  });

  it('has attributes of the list only, each with a value that the list allows', () => {
    const faults = collector.points().flatMap(({ name, attributes }) => {
      const allowed: Metric['attributes'] = METRICS[name as MetricName].attributes;
      return Object.entries(attributes).filter(([key, value]) => {
        const values = allowed[key];
        if (values === undefined) return true;
        return 'shape' in values ? !values.shape.test(value) : !values.includes(value);
      });
    });
    expect(faults).toEqual([]);
    const keys = new Set(collector.spans.flatMap(({ attributes }) => Object.keys(attributes)));
    expect([...keys].filter((key) => !/^(?:http\.|next\.(?:route|span_type)$|handstamp\.)/.test(key))).toEqual([]);
    expect(keys).not.toContain('http.target');
    expect(collector.spans.flatMap(({ events }) => events)).toEqual([]);
  });
});

describe('a server without a collector', () => {
  it('loads nothing of OpenTelemetry but the interface that Next asks for, and one with a collector does', async () => {
    const off = await useServerWithoutCollector();
    await send(off.server, '/dashboard', { cookies: (await prepareSession()).refreshOnly });
    expect((await loaded(off.server, off.output)).filter(isTelemetry)).toEqual([]);
    expect((await loaded(server, output)).filter(isTelemetry).length).toBeGreaterThan(4);
    expect(off.output()).not.toContain('trace_id');
  });
});

const isTelemetry = (name: string): boolean => name.startsWith('@opentelemetry/') && name !== '@opentelemetry/api';

async function loaded({ process: child }: typeof server, printed: () => string): Promise<string[]> {
  const line = () =>
    printed()
      .split('\n')
      .find((one) => one.startsWith('{"loadedPackages"'));
  child.kill('SIGUSR2');
  await expect.poll(line, SOON).toBeDefined();
  return z.object({ loadedPackages: z.array(z.string()) }).parse(JSON.parse(line() ?? '')).loadedPackages;
}

async function useServerWithoutCollector() {
  const { startServer } = await import('@/tests/support/server/server');
  const { SITE } = await import('@/tests/support/http/requests');
  const env = {
    APP_ORIGIN: SITE,
    NODE_OPTIONS: `--import ${new URL('../../support/telemetry/loaded-modules.mjs', import.meta.url).href}`,
  };
  const off = await startServer({ databaseUrl, env });
  afterAll(() => off.kill());
  return { server: off, output: recordOutput(off) };
}
