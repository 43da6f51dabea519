// `npm run bench -- [name …] [--full]`: measures, prints tables, and keeps them in tests/bench/RESULTS.md, a section a bench.
// Without --full it is quick enough for a laptop and says less.
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { findChromium } from './chromium.mjs';
import { checkNode, generateClient, install, TYPESCRIPT_FLAGS } from './preparation.mjs';
import { elapsed, Failure, finish, ROOT, runScript, startNode } from './processes.mjs';
import { findWrk } from './wrk.mjs';

const RESULTS = path.join(ROOT, 'tests/bench/RESULTS.md');

/** Each is a program that writes its report where BENCH_REPORT says: see tests/bench/report.ts. */
const BENCHES = {
  requests: {
    program: 'tests/bench/requests.ts',
    title: 'Requests: what protection costs',
    needsWrk: true,
  },
  sessions: {
    program: 'tests/bench/sessions.ts',
    title: 'Sessions: refreshes and logins',
    needsWrk: true,
  },
  'sign-out': { program: 'tests/bench/sign-out.ts', title: 'Sign-out: how soon it is seen' },
  memory: { program: 'tests/bench/memory.ts', title: 'Memory of the server', needsWrk: true },
  browser: { program: 'tests/bench/browser.ts', title: 'Browser: script of the pages', needsChromium: true },
  verifier: { program: 'tests/bench/verifier.ts', title: 'Verifier: one token' },
  'status-lists': {
    program: 'tests/bench/status-lists.ts',
    title: 'Status lists: what a million sessions cost',
  },
};

const HEAD = `# Benchmark results

Written by \`npm run bench\`; \`npm run bench -- --full\` measures at full size. Times belong to the machine that they were
measured on: compare columns of one run, not runs of two machines.
`;

/** Settings of the developer's own shell must not reach the benches. */
function environment(report) {
  const env = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', BENCH_REPORT: report };
  for (const name of ['DATABASE_URL', 'AUTH_SECRET', 'APP_ORIGIN', 'INTERNAL_ORIGIN', 'HANDSTAMP_DATA', 'PORT']) {
    delete env[name];
  }
  return env;
}

function chooseBenches(args) {
  const names = args.filter((arg) => arg !== '--full');
  const unknown = names.find((name) => !(name in BENCHES));
  if (unknown !== undefined) {
    throw new Failure(`There is no bench "${unknown}": choose from ${Object.keys(BENCHES).join(', ')}.`);
  }
  return names.length === 0 ? Object.keys(BENCHES) : names;
}

/** A bench's output goes straight to the terminal. */
async function run(name, isFull, report) {
  const args = ['--expose-gc', ...TYPESCRIPT_FLAGS, BENCHES[name].program, ...(isFull ? ['--full'] : [])];
  await finish(startNode(args, { env: environment(report), output: 'inherit' }), `The bench ${name} failed.`);
  return JSON.parse(await readFile(report, 'utf8'));
}

function machine(postgres, isFull) {
  const cpus = os.cpus();
  return [
    `${new Date().toISOString().slice(0, 10)}, ${isFull ? 'full size' : 'quick'}`,
    `${cpus[0]?.model.trim() || 'unknown CPU'}, ${cpus.length} cores, ${Math.round(os.totalmem() / 2 ** 30)} GB`,
    `Node ${process.versions.node}`,
    `PostgreSQL ${postgres} on the same machine`,
  ].join(' · ');
}

function markdown({ heading, columns, rows, notes }) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const rule = line(columns.map((_, column) => (column === 0 ? '---' : '---:')));
  return [`### ${heading}`, '', line(columns), rule, ...rows.map(line), '', ...notes.flatMap((note) => [note, ''])];
}

function printed({ heading, columns, rows, notes }) {
  const widths = columns.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column].length)));
  const line = (cells) =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('   ');
  return [`\n${heading}`, '', line(columns), ...rows.map(line), '', ...notes].map((text) => `  ${text}`).join('\n');
}

/** Puts a section in place of the one of the same name, or at the end. */
async function keep(name, lines) {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const section = [begin, ...lines, end].join('\n');
  const text = await readFile(RESULTS, 'utf8').catch(() => HEAD);
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  const isThere = from >= 0 && to > from;
  const kept = isThere ? text.slice(0, from) + section + text.slice(to + end.length) : `${text}\n${section}\n`;
  await writeFile(RESULTS, kept);
}

async function main() {
  const args = process.argv.slice(2);
  const isFull = args.includes('--full');
  const names = chooseBenches(args);
  checkNode();
  process.chdir(ROOT);
  await install();
  await generateClient();
  if (names.some((name) => BENCHES[name].needsWrk)) process.env['HANDSTAMP_WRK'] = await findWrk();
  const chromium = names.some((name) => BENCHES[name].needsChromium) ? await findChromium() : null;
  if (chromium !== null) process.env['HANDSTAMP_CHROMIUM'] = chromium;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'handstamp-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const name of names) {
    const startedAt = Date.now();
    const { title } = BENCHES[name];
    console.log(`\n── ${name}${isFull ? ' --full' : ''}`);
    const { postgres, tables } = await run(name, isFull, path.join(folder, `${name}.json`));
    for (const table of tables) console.log(printed(table));
    await keep(name, [`## ${title}`, '', machine(postgres, isFull), '', ...tables.flatMap(markdown)]);
    console.log(`\n── ${name}: ${elapsed(startedAt)}, kept in ${path.relative(ROOT, RESULTS)}`);
  }
}

await runScript(main);
