// @ts-check
// The table of `npm run prove`: for the terminal, and for docs/proof.md.
import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { markdown } from '../bench-tables.mjs';
import { ROOT } from '../processes.mjs';

export const COLUMNS = ['proof', 'what was tried', 'how many', 'held', 'took'];

const RESULTS = path.join(ROOT, 'docs/proof.md');

const HEAD = `# What was proven

Written by \`npm run prove\`. Every number that README.md and SECURITY.md name of a proof stands here; run it to see it again.
`;

/**
 * The rows of one proof: tests/support/proof.ts writes its lines.
 *
 * @param {string} title
 * @param {string} lines One JSON object a line.
 * @param {string} took
 * @returns {string[][]}
 */
export function rowsOf(title, lines, took) {
  /** @type {{ what: string, tried: number, held: number, note?: string }[]} */
  const all = lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  const number = (/** @type {number} */ count) => count.toLocaleString('en');
  return all.map(({ what, tried, held, note }, at) => {
    const said = note === undefined ? what : `${what} (${note})`;
    return [at === 0 ? title : '', said, number(tried), number(held), at === 0 ? took : ''];
  });
}

/** @param {import('../bench-tables.mjs').Table} table */
export async function keep(table) {
  const machine = `${new Date().toISOString().slice(0, 10)} · ${os.cpus().length} cores · Node ${process.versions.node}`;
  await writeFile(RESULTS, `${[HEAD, machine, '', ...markdown(table)].join('\n').trimEnd()}\n`);
}
