import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace-node';
import { describe, expect, test } from 'vitest';
import { parseEnv } from '@/lib/server/config/env';
import { ENTRY, type EntrySampler, samplerOf } from '@/lib/server/telemetry/sampling';

const SETTINGS = {
  DATABASE_URL: 'postgresql://localhost/x',
  AUTH_SECRET: 'dGVzdHMtb25seTogcHVibGljIGFuZCB1c2VsZXNzISE',
  APP_ORIGIN: 'https://app.example.com',
};

function samplerWith(settings: Record<string, string>): EntrySampler {
  const parsed = parseEnv({ ...SETTINGS, ...settings });
  if (!parsed.ok) throw new Error(parsed.faults.join());
  return samplerOf(parsed.env);
}

const traceId = (number: number) => (number + 1).toString(16).padStart(32, '0');
const isIn = (decision: ReturnType<EntrySampler['shouldSample']>) =>
  decision.decision === SamplingDecision.RECORD_AND_SAMPLED;

/** A request whose caller has decided, as far as that is for them, or that nobody sent a `traceparent` with. */
function entry(sampler: EntrySampler, id: string, callerSays?: boolean): boolean {
  const caller = { traceId: id, spanId: 'b'.repeat(16), traceFlags: callerSays ? 1 : 0, isRemote: true };
  const context = callerSays === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, caller);
  const said = isIn(sampler.shouldSample(context.setValue(ENTRY, true), id, 'GET'));
  // It is asked before there is a span, so that most requests have none.
  expect(sampler.takes(id, callerSays === undefined ? null : { isSampled: callerSays })).toBe(said);
  return said;
}

/** What happens below a span of ours. */
function below(sampler: EntrySampler, isParentIn: boolean, isRemote = false): boolean {
  const parent = { traceId: traceId(1), spanId: 'b'.repeat(16), traceFlags: isParentIn ? 1 : 0, isRemote };
  return isIn(sampler.shouldSample(trace.setSpanContext(ROOT_CONTEXT, parent), parent.traceId, 'render'));
}

const MANY = Array.from({ length: 20_000 }, (_, number) => traceId(number));
const shareOf = (sampler: EntrySampler, callerSays?: boolean) =>
  MANY.filter((id) => entry(sampler, id, callerSays)).length / MANY.length;

// Promise: Who sends a request cannot have it recorded
describe('which traces are collected', () => {
  test('are 1 % when nothing is said, whatever the callers ask for and whichever ids they choose', () => {
    const sampler = samplerWith({});
    for (const callerSays of [undefined, true, false]) {
      const share = shareOf(sampler, callerSays);
      expect(share).toBeGreaterThan(0.006);
      expect(share).toBeLessThan(0.014);
    }
  });

  test('is decided alike by every instance, and unlike by one with another secret', () => {
    const chosen = (sampler: EntrySampler) => MANY.filter((id) => entry(sampler, id));
    const AUTH_SECRET = 'YW5vdGhlciBzZWNyZXQgb2YgdGhpcnR5LXR3byBieXRlcw';
    expect(chosen(samplerWith({}))).toEqual(chosen(samplerWith({})));
    expect(chosen(samplerWith({ AUTH_SECRET }))).not.toEqual(chosen(samplerWith({})));
  });

  test.each([
    ['always_on', 1],
    ['always_off', 0],
    ['traceidratio', 0.25],
  ])('follow %s', (name, share) => {
    const sampler = samplerWith({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: '0.25' });
    expect(Math.abs(shareOf(sampler, true) - share)).toBeLessThan(0.02);
  });

  test.each(['parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'])(
    'are for the caller to choose with %s, which an operator asks for by name',
    (name) => {
      const sampler = samplerWith({ OTEL_TRACES_SAMPLER: name });
      expect([shareOf(sampler, true), shareOf(sampler, false)]).toEqual([1, 0]);
    },
  );

  test.each([true, false])('are whole: what happens below follows (%s)', (isParentIn) => {
    const sampler = samplerWith({ OTEL_TRACES_SAMPLER: isParentIn ? 'always_off' : 'always_on' });
    expect(below(sampler, isParentIn)).toBe(isParentIn);
    expect(below(sampler, isParentIn, true)).toBe(isParentIn);
  });

  test('do not begin with what Next does by itself', () => {
    const sampler = samplerWith({ OTEL_TRACES_SAMPLER: 'always_on' });
    expect(isIn(sampler.shouldSample(ROOT_CONTEXT, traceId(1), 'load route module'))).toBe(false);
    expect(isIn(sampler.shouldSample(ROOT_CONTEXT, traceId(1), 'auth.state.read'))).toBe(true);
  });

  test.each([{ OTEL_TRACES_SAMPLER: 'sometimes' }, { OTEL_TRACES_SAMPLER_ARG: '2' }])(
    'cannot be set to what there is not: %j',
    (settings) => {
      expect(parseEnv({ ...SETTINGS, ...settings })).toMatchObject({ ok: false });
    },
  );
});
