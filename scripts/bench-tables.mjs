// @ts-check
// The tables of the benches: for the terminal, and for tests/bench/RESULTS.md.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from './processes.mjs';

/**
 * What a bench reports: see tests/bench/report.ts.
 *
 * @typedef {{ heading: string, columns: string[], rows: string[][], notes: string[] }} Table
 */

export const RESULTS = path.join(ROOT, 'tests/bench/RESULTS.md');

const HEAD = `# Benchmark results

Written by \`npm run bench\`; \`npm run bench -- --full\` measures at full size. Times belong to the machine that they were
measured on: compare columns of one run, not runs of two machines.
`;

/** @param {Table} table @returns {string[]} Lines of Markdown. */
export function markdown({ heading, columns, rows, notes }) {
  /** @param {string[]} cells */
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const rule = line(columns.map((_, column) => (column === 0 ? '---' : '---:')));
  return [`### ${heading}`, '', line(columns), rule, ...rows.map(line), '', ...notes.flatMap((note) => [note, ''])];
}

/** @param {Table} table @returns {string} Text for a terminal. */
export function printed({ heading, columns, rows, notes }) {
  const widths = columns.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  /** @param {string[]} cells */
  const line = (cells) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('   ');
  return [`\n${heading}`, '', line(columns), ...rows.map(line), '', ...notes].map((text) => `  ${text}`).join('\n');
}

/**
 * Puts a section into RESULTS.md in place of the one of the same name, or at the end.
 *
 * @param {string} name
 * @param {readonly string[]} lines
 */
export async function keep(name, lines) {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const section = [begin, ...lines, end].join('\n');
  const text = await readFile(RESULTS, 'utf8').catch(() => HEAD);
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  const isThere = from >= 0 && to > from;
  const kept = isThere ? text.slice(0, from) + section + text.slice(to + end.length) : `${text}\n${section}\n`;
  await writeFile(RESULTS, kept);
}
