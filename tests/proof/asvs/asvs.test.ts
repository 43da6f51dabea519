import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { proved } from '@/tests/support/proof';
import { asvsDocument } from './document';
import { LEFT_OUT } from './left-out';
import { REQUIREMENTS } from './requirements';
import { isRun, testsOf, type Written } from './test-names';

/** How many requirements of the standard apply whole, by level, when somebody last went through all 345. */
const APPLY = { 1: 55, 2: 100, 3: 23 } as const;

const ROOT = process.cwd();
const whole = REQUIREMENTS.filter(({ applies }) => applies === 'yes');
const isProven = (one: (typeof REQUIREMENTS)[number]) => 'provenBy' in one;

const read = new Map<string, Written[]>();

/** What is wrong with a test that is named as a proof; null where it is there, once, and run. */
function faultOf(file: string, test: string): string | null {
  if (!existsSync(file)) return `${file} is not there`;
  if (!isRun(file, ROOT)) return `${file} is run by nobody`;
  const all = read.get(file) ?? testsOf(file, ROOT);
  read.set(file, all);
  const exact = all.filter(({ name }) => name === test);
  const found = exact.length > 0 ? exact : all.filter(({ name }) => name.startsWith(test));
  if (found.length !== 1) return `${file} has ${found.length} tests whose name begins "${test}"`;
  return found[0]?.isSkipped === true ? `${file}: "${test}" is left out` : null;
}

describe('the requirements of OWASP ASVS 5.0', () => {
  test('that apply are all there, once each, in their order', () => {
    const ids = [...REQUIREMENTS, ...LEFT_OUT].map(({ id }) => id);
    expect(new Set(ids).size).toBe(345);
    expect(ids).toHaveLength(345);
    const inOrder = (all: readonly { readonly id: string }[]) =>
      [...all].sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
    expect(REQUIREMENTS).toEqual(inOrder(REQUIREMENTS));
    expect(LEFT_OUT).toEqual(inOrder(LEFT_OUT));
    for (const level of [1, 2, 3] as const) {
      expect(whole.filter((one) => one.level === level)).toHaveLength(APPLY[level]);
    }
  });

  test('have each a test that is there and is run', () => {
    const faults = REQUIREMENTS.flatMap((one) =>
      'provenBy' in one
        ? one.provenBy.flatMap(({ file, test }) => {
            const fault = faultOf(file, test);
            return fault === null ? [] : [`${one.id}: ${fault}`];
          })
        : [],
    );
    for (const level of [1, 2, 3] as const) {
      const ofLevel = whole.filter((one) => one.level === level);
      proved({
        what: `requirements of ASVS 5.0 at level ${level} that apply, proven by a test`,
        tried: ofLevel.length,
        held: ofLevel.filter(isProven).length,
      });
    }
    proved({
      what: 'requirements of ASVS 5.0 that apply, proven by a test',
      tried: whole.length,
      held: whole.filter(isProven).length,
      note: 'that each test is there and is run; `npm test` runs them',
    });
    expect(faults).toEqual([]);
  });

  test('or a reason in a sentence', () => {
    const reasons = REQUIREMENTS.flatMap((one) => ('reason' in one ? [one.reason] : []));
    expect(reasons.filter((reason) => !/^[A-Z].{30,}\.$/.test(reason))).toEqual([]);
    expect(reasons.length).toBeLessThanOrEqual(13);
    expect(LEFT_OUT.filter(({ reason }) => !/^[A-Z].{10,}\.$/.test(reason))).toEqual([]);
  });

  test('are what docs/asvs.md was made of: `npm run asvs`', () => {
    expect(readFileSync('docs/asvs.md', 'utf8')).toBe(asvsDocument(REQUIREMENTS, LEFT_OUT));
  });
});

describe('a test that is named', () => {
  const HERE = 'tests/proof/asvs/asvs.test.ts';

  test('is found by its name or an unambiguous beginning, and is missed when it is gone', () => {
    expect(faultOf(HERE, 'or a reason in a sentence')).toBeNull();
    expect(faultOf(HERE, 'have each a test')).toBeNull();
    expect(faultOf(HERE, 'was never written')).toContain('0 tests');
    expect(faultOf(HERE, '')).toMatch(/has \d+ tests/);
    expect(faultOf('tests/proof/asvs/gone.test.ts', 'x')).toContain('is not there');
    expect(faultOf('tests/proof/asvs/document.ts', 'x')).not.toBeNull();
    expect(faultOf('package.json', 'x')).toContain('run by nobody');
  });
});
