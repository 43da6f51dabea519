import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const page = readFileSync('docs/operate.md', 'utf8');

/** Cells of the tables below a heading, row by row, without heads and rules. */
function rowsOf(heading: string): string[][] {
  const section = new RegExp(`^## ${heading}$([\\s\\S]*?)(?=^## |(?![\\s\\S]))`, 'm').exec(page)?.[1] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|') && !/^\|[-|]+$/.test(line));
  return rows.slice(1).map((line) =>
    line
      .slice(1, -1)
      .split(' | ')
      .map((cell) => cell.replace(/^\||\|$/g, '').trim()),
  );
}

const RUNBOOKS = rowsOf('Runbooks').map(([what = '']) => what);
const REHEARSED = rowsOf('Rehearsed').map(([what = '', proof = '']) => ({ what, proof }));
const PROOF = /^`(tests\/[\w./-]+\.test\.ts)`: (.+)$/;

describe('a runbook of docs/operate.md', () => {
  it('is there for each thing that happens', () => {
    expect(RUNBOOKS.length).toBeGreaterThan(10);
  });

  it.each(RUNBOOKS)('is run by a test: %s', (runbook) => {
    const named = REHEARSED.map(({ what }) => what).filter((what) => what !== '' && runbook.startsWith(what));
    expect(named).toHaveLength(1);
  });
});

describe('the table of rehearsals', () => {
  it.each(REHEARSED)('names a test that is there: $proof', ({ what, proof }) => {
    const [, file = '', name = ''] = PROOF.exec(proof) ?? [];
    expect(existsSync(file)).toBe(true);
    // Words of a parametrized name stand for its rest.
    expect(readFileSync(file, 'utf8').replaceAll("\\'", "'")).toContain(name);
    expect(what === '' || RUNBOOKS.some((runbook) => runbook.startsWith(what))).toBe(true);
  });
});
