import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { withLater } from '@/scripts/prove/mutant-runs.mjs';
import { allFiles, isBelow, placeOf, STRICT, testsOf } from '@/scripts/prove/mutated-files.mjs';
import {
  compare,
  countsOf,
  foundOf,
  type Listed,
  type Mutant,
  noticedOf,
  survivorsOf,
} from '@/scripts/prove/survivors.mjs';

const FILE = 'lib/core/some.ts';
const SOURCE = ['export function limit(count) {', '  if (count >= MOST) return MOST;', '  return count;', '}'].join(
  '\n',
);
const at = (line: number, column: number, endLine: number, endColumn: number) => ({
  start: { line, column },
  end: { line: endLine, column: endColumn },
});
const SURVIVING: Mutant = {
  mutatorName: 'EqualityOperator',
  replacement: 'count > MOST',
  status: 'Survived',
  location: at(2, 7, 2, 20),
};
const ENTRY: Listed = {
  file: FILE,
  line: 'if (count >= MOST) return MOST;',
  mutator: 'EqualityOperator',
  original: 'count >= MOST',
  replacement: 'count > MOST',
  isEquivalent: true,
  reason: 'At the limit both sides are the limit.',
};
const reportOf = (...mutants: readonly Mutant[]) => ({ files: { [FILE]: { source: SOURCE, mutants } } });
const judged = (mutants: readonly Mutant[], listed: readonly Listed[], files = [FILE], isThere = true) =>
  compare(survivorsOf(reportOf(...mutants), files), listed, files, () => isThere);

describe('a mutant that no test noticed', () => {
  test('is named by the text of its line and of what was replaced, so that lines may move', () => {
    const { isEquivalent: _, reason: __, ...named } = ENTRY;
    expect(survivorsOf(reportOf(SURVIVING), [FILE])).toEqual([{ ...named, lines: '2-2' }]);
  });

  test('that takes several lines is one line of text', () => {
    const block: Mutant = {
      mutatorName: 'BlockStatement',
      replacement: '{}',
      status: 'NoCoverage',
      location: at(1, 30, 4, 2),
    };
    expect(survivorsOf(reportOf(block), [FILE])).toMatchObject([
      { line: 'export function limit(count) {', original: '{ if (count >= MOST) return MOST; return count; }' },
    ]);
  });

  test('is at fault unless it is listed, and two alike need two entries', () => {
    expect(judged([SURVIVING], []).unlisted).toHaveLength(1);
    expect(judged([SURVIVING], [ENTRY])).toMatchObject({ unlisted: [], stale: [], unexplained: [], found: [ENTRY] });
    expect(judged([SURVIVING, SURVIVING], [ENTRY]).unlisted).toHaveLength(1);
    expect(judged([SURVIVING], [{ ...ENTRY, replacement: 'true' }]).unlisted).toHaveLength(1);
  });
});

test('a mutant that ran out of time is found by that, to be run once more', () => {
  const report = reportOf({ ...SURVIVING, status: 'Timeout' }, { ...SURVIVING, status: 'Killed' });
  expect(foundOf(report, [FILE], ['Timeout'])).toMatchObject([{ file: FILE, lines: '2-2' }]);
});

describe('an entry of the list', () => {
  test.each(['Killed', 'Timeout'] as const)('is stale when its mutant is noticed: %s', (status) => {
    expect(judged([{ ...SURVIVING, status }], [ENTRY]).stale).toEqual([ENTRY]);
  });

  test('is stale when its file is gone, and is let be when its file was not in the run', () => {
    expect(judged([], [ENTRY], ['lib/core/other.ts'], false).stale).toEqual([ENTRY]);
    expect(judged([], [ENTRY], ['lib/core/other.ts']).stale).toEqual([]);
  });

  test('says why in a sentence', () => {
    expect(judged([SURVIVING], [{ ...ENTRY, reason: 'equivalent' }]).unexplained).toHaveLength(1);
  });
});

test('mutants that could not be run are counted apart, and are no mutants that a test noticed', () => {
  const counts = countsOf(
    reportOf(
      { ...SURVIVING, status: 'RuntimeError' },
      { ...SURVIVING, status: 'Ignored' },
      { ...SURVIVING, status: 'Timeout' },
      { ...SURVIVING, status: 'NoCoverage' },
      SURVIVING,
    ),
    [FILE],
  );
  expect(counts).toEqual({ mutants: 3, killed: 0, timedOut: 1, uncovered: 1, broken: 1 });
  expect(noticedOf(counts)).toBe(1);
});

test('a mutant on which a file of tests failed before its first one was noticed', () => {
  const statusReason = 'An error occurred outside of a test run: a.test.ts: no key';
  const counts = countsOf(reportOf({ ...SURVIVING, status: 'RuntimeError', statusReason }), [FILE]);
  expect(counts).toMatchObject({ mutants: 1, killed: 1, broken: 0 });
});

describe('tests/mutation/survivors.json', () => {
  const list = z
    .array(
      z.strictObject({
        file: z.string(),
        line: z.string(),
        mutator: z.string(),
        original: z.string(),
        replacement: z.string(),
        isEquivalent: z.boolean(),
        reason: z.string(),
      }),
    )
    .parse(JSON.parse(readFileSync('tests/mutation/survivors.json', 'utf8')));

  test('names files that there are, and lines that they have', () => {
    const flat = new Map(allFiles().map((file) => [file, readFileSync(file, 'utf8').replace(/\s+/g, ' ')]));
    expect(list.filter(({ file, line }) => !flat.get(file)?.includes(line))).toEqual([]);
  });

  test('has nothing of rotation that a test could notice', () => {
    const rotation = list.filter(({ file }) => file === 'lib/core/session/rotation.ts');
    expect(rotation.filter(({ isEquivalent }) => !isEquivalent)).toEqual([]);
  });
});

test('what all tests say of a mutant stands in the place of what the tests of its folder said', () => {
  const other: Mutant = { ...SURVIVING, replacement: 'true' };
  const later = withLater(reportOf(SURVIVING, other), reportOf({ ...SURVIVING, status: 'Killed' }));
  expect(later.files[FILE]?.mutants.map(({ status }) => status)).toEqual(['Killed', 'Survived']);
});

test('the strict places are there, and every file belongs to one place', () => {
  const places = new Set(allFiles().map(placeOf));
  expect(STRICT.places.filter((place) => !places.has(place))).toEqual([]);
  expect(allFiles().filter((file) => !isBelow(file, placeOf(file)))).toEqual([]);
});

test('every place has tests of its own, which are asked first', () => {
  const places = [...new Set(allFiles().map(placeOf))];
  expect(places.filter((place) => testsOf(place) === '')).toEqual([]);
  expect(testsOf('lib/core/keys')).toBe('tests/unit/core/keys/*.test.ts');
  expect(testsOf('lib/core/http/origin-check.ts')).toBe('tests/unit/core/http/origin-check.test.ts');
});

describe('the packages of tests/mutation', () => {
  const entry = z.object({ integrity: z.string().optional(), resolved: z.string().optional() });
  const { packages } = z
    .object({ packages: z.record(z.string(), entry) })
    .parse(JSON.parse(readFileSync('tests/mutation/package-lock.json', 'utf8')));
  const { dependencies, optionalDependencies } = z
    .object({ dependencies: z.record(z.string(), z.string()), optionalDependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync('tests/mutation/package.json', 'utf8')));

  test('have each their version to the digit, and a digest in a lock that names no registry', () => {
    const versions = Object.values({ ...dependencies, ...optionalDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
    const others = Object.entries(packages).filter(([place]) => place !== '');
    expect(others.length).toBeGreaterThan(100);
    expect(others.filter(([, { integrity = '' }]) => !/^sha512-[\w+/]{86}==$/.test(integrity))).toEqual([]);
    expect(others.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  test('are none of the project: `npm install` brings none of them', () => {
    const own = readFileSync('package-lock.json', 'utf8');
    expect(Object.keys(dependencies).filter((name) => own.includes(`"node_modules/${name}"`))).toEqual([]);
  });
});
