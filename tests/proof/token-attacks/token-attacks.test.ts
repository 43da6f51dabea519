import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, describe, expect, test } from 'vitest';
import { proved } from '../../support/proof';
import { assault, type Baselines, baselinesOf, expectNobodyLured, hasReader, logged } from './assault';
import { FAMILIES } from './families';
import type { Attempt } from './forge';
import { useGround } from './ground';
import { strangeIn } from './log';
import { ALL_OPEN, doorsFor, opensFor } from './openings';
import { SCENARIOS } from './scenarios';

const ground = await useGround();
const { targets } = ground;
let baselines: Baselines = new Map();
const held = new Set<string>();
const sent = { tokens: 0, requests: 0, faults: 0 };

describe('every place that takes a token', () => {
  test('is there: pages, endpoints, actions, with the middleware and without', () => {
    const count = (kind: string) => targets.filter((target) => target.kind === kind).length;
    const names = targets.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(['/dashboard', '/admin/keys', 'GET /api/me', 'DELETE /api/account']));
    expect(count('page')).toBeGreaterThan(12);
    expect(count('page without middleware')).toBe(count('page'));
    expect(count('endpoint')).toBeGreaterThan(25);
    expect(count('server action')).toBeGreaterThan(8);
  });

  test('refuses nonsense in its own words', async () => {
    baselines = await baselinesOf(targets);
    expect(baselines.size).toBe(targets.length);
  });
});

describe('what looks for faults', () => {
  test('finds a token that is let in', async () => {
    const kinds = ['page', 'page without middleware', 'bearer', 'service'];
    const harmless = targets.filter(({ kind }) => kinds.includes(kind));
    const genuine: Attempt = { name: 'genuine', token: ground.genuine(), codes: ['accepted'] };
    const { requests, faults } = await assault([genuine], harmless, baselines);
    expect(faults.length).toBeGreaterThanOrEqual(requests);
    expect(requests).toBe(harmless.length);
  });

  test('finds who opens the trap', async () => {
    const { trap } = await ground.forge();
    expect(hasReader(trap)).toBe(false);
    const reader = spawn('cat', [trap], { stdio: 'ignore' });
    const closed = once(reader, 'close');
    // Opening it to look lets the reader go on, and come to its end.
    await expect.poll(() => hasReader(trap), { timeout: 10_000 }).toBe(true);
    await closed;
    expect(hasReader(trap)).toBe(false);
  });
});

describe('a family of attacks', () => {
  test.each(FAMILIES.map((family) => [`${family.id}: ${family.attack}`, family] as const))(
    '%s',
    async (_name, family) => {
      const { id, tokens } = family;
      const forge = await ground.forge();
      const attempts: readonly Attempt[] = (await tokens?.(forge)) ?? [];
      const forged = attempts.filter(({ codes }) => !codes.includes('accepted'));
      const before = (await ground.log.since(0)).length;
      expect(await logged(ground, forged)).toEqual([]);
      const { requests, faults } = await assault(forged, targets, baselines);
      sent.tokens += forged.length;
      sent.requests += requests;
      sent.faults += faults.length;
      expect(faults.slice(0, 20)).toEqual([]);
      expect(strangeIn(await ground.log.since(before), forged)).toEqual([]);
      const scenario = SCENARIOS[id];
      await scenario?.(ground, attempts);
      expect(forged.length > 0 || scenario !== undefined).toBe(true);
      expectNobodyLured(ground, forge.trap);
      // Nobody is locked out by what others forge.
      expect(await doorsFor(ground, ground.genuine())).toEqual(ALL_OPEN);
      held.add(id);
    },
  );

  test('has a scenario of its own where one is named', () => {
    expect(Object.keys(SCENARIOS).filter((id) => !FAMILIES.some((family) => family.id === id))).toEqual([]);
  });
});

test('every place lets a genuine token in after all that', async () => {
  const shut: string[] = [];
  for (const target of targets) if (!(await opensFor(target))) shut.push(target.name);
  expect(shut).toEqual([]);
});

afterAll(() => {
  const { tokens, requests, faults } = sent;
  proved({ what: 'Families of attacks on tokens', tried: FAMILIES.length, held: held.size });
  const note = `${tokens.toLocaleString('en')} tokens at ${targets.length} places`;
  proved({ what: 'Forged tokens answered as nonsense is', tried: requests, held: requests - faults, note });
});
