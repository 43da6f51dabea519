import { describe, expect, it } from 'vitest';
import { proved } from '@/tests/support/proof';
import { testEnvironment } from '@/tests/support/server/environment';
import { EXCEPTIONS, exportedNames, functionsThatTakeText } from './coverage';
import { type Parser, RUNS, SEED } from './parser';

// What reads the environment is loaded below: none of it opens the database.
Object.assign(process.env, testEnvironment('postgresql://nobody@127.0.0.1:9/none'));
const { PARSERS_OF_ADDRESSES } = await import('./parsers-of-addresses');
const { PARSERS_OF_BODIES } = await import('./parsers-of-bodies');
const { PARSERS_OF_HEADERS } = await import('./parsers-of-headers');
const { PARSERS_OF_KEYS } = await import('./parsers-of-keys');
const { PARSERS_OF_SCHEMAS } = await import('./parsers-of-schemas');
const { PARSERS_OF_SEALED_AND_LISTS } = await import('./parsers-of-sealed-and-lists');
const { PARSERS_OF_ENCODINGS, PARSERS_OF_TEXTS } = await import('./parsers-of-texts');
const { PARSERS_OF_TOKENS } = await import('./parsers-of-tokens');
const { PARSERS_OF_VERIFIERS } = await import('./parsers-of-verifiers');

const TABLE: Readonly<Record<string, readonly Parser[]>> = {
  'of texts': PARSERS_OF_TEXTS,
  'of encodings': PARSERS_OF_ENCODINGS,
  'of headers': PARSERS_OF_HEADERS,
  'of addresses': PARSERS_OF_ADDRESSES,
  'of tokens': PARSERS_OF_TOKENS,
  'of sealed tokens and status lists': PARSERS_OF_SEALED_AND_LISTS,
  'of keys': PARSERS_OF_KEYS,
  'of what verifiers are told': PARSERS_OF_VERIFIERS,
  'by the schemas of requests': PARSERS_OF_SCHEMAS,
  'of bodies and queries': PARSERS_OF_BODIES,
};

describe('the table of parsers', () => {
  const proven = new Set(Object.values(TABLE).flatMap((parsers) => parsers.flatMap(({ proves }) => proves)));
  const excepted = Object.values(EXCEPTIONS).flat();
  const all = functionsThatTakeText();

  it('has every function of the pure rings that takes text or bytes, or says why not', () => {
    expect(all.length).toBeGreaterThan(80);
    expect(all.filter((name) => !proven.has(name) && !excepted.includes(name))).toEqual([]);
  });

  it('names none that is not there', () => {
    const existing = exportedNames();
    const known = [...proven].filter((name) => /^(?:core|verifier)\//.test(name));
    expect(known.filter((name) => !existing.has(name))).toEqual([]);
    expect(excepted.filter((name) => !existing.has(name))).toEqual([]);
  });
});

// Promise: Whatever text or bytes come to a function
describe.each(Object.entries(TABLE))('parsers %s', (group, parsers) => {
  const counts = parsers.map(({ share }) => Math.ceil(RUNS * share));
  let held = 0;

  it.each(parsers.map((one, at) => ({ name: one.proves.join(', '), one, at })))(
    'keeps its law for whatever comes: $name',
    async ({ one, at }) => {
      expect(await one.tried(counts[at] ?? 0)).toBeNull();
      held += counts[at] ?? 0;
    },
  );

  it('all of them', () => {
    const tried = counts.reduce((sum, count) => sum + count, 0);
    proved({ what: `inputs to parsers ${group}`, tried, held, note: `${parsers.length} properties, FC_SEED=${SEED}` });
    expect(held).toBe(tried);
  });
});
