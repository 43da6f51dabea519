// @ts-check
// `npm run bench -- [name …] [--full]`: measures, prints tables, and keeps them in tests/bench/RESULTS.md, a section a bench.
// Without --full it is quick enough for a laptop and says less.
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { keep, markdown, printed, RESULTS } from './bench-tables.mjs';
import { CHROMIUM } from './chromium.mjs';
import { Failure } from './failure.mjs';
import { checkNode, generateClient, install, TYPESCRIPT_FLAGS } from './preparation.mjs';
import { finish, ROOT, runScript, startNode } from './processes.mjs';
import { elapsed } from './progress.mjs';
import { provide } from './requirements.mjs';
import { WRK } from './wrk.mjs';

/** @typedef {{ program: string, title: string, needs?: import('./requirements.mjs').Requirement[] }} Bench */

/**
 * Each is a program that writes its report where BENCH_REPORT says: see tests/bench/report.ts.
 *
 * @type {Readonly<Record<string, Bench>>}
 */
const BENCHES = {
  requests: { program: 'tests/bench/requests.ts', title: 'Requests: what protection costs', needs: [WRK] },
  sessions: { program: 'tests/bench/sessions.ts', title: 'Sessions: refreshes and logins', needs: [WRK] },
  'sign-out': { program: 'tests/bench/sign-out.ts', title: 'Sign-out: how soon it is seen' },
  telemetry: {
    program: 'tests/bench/telemetry.ts',
    title: 'Telemetry: what it costs, built in, off and on',
    needs: [WRK],
  },
  memory: { program: 'tests/bench/memory.ts', title: 'Memory of the server', needs: [WRK] },
  browser: { program: 'tests/bench/browser.ts', title: 'Browser: script of the pages', needs: [CHROMIUM] },
  verifier: { program: 'tests/bench/verifier.ts', title: 'Verifier: one token' },
  'status-lists': {
    program: 'tests/bench/status-lists.ts',
    title: 'Status lists: what a million sessions cost',
  },
  administration: {
    program: 'tests/bench/administration.ts',
    title: 'Administration: pages and filters over a million people',
  },
  cleaning: { program: 'tests/bench/cleaning.ts', title: 'Cleaning: what it costs those who are there' },
  enumeration: { program: 'tests/bench/enumeration.ts', title: 'Enumeration: whether time tells who has an account' },
};

/**
 * Settings of the developer's own shell must not reach the benches.
 *
 * @param {string} report
 */
function environment(report) {
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', BENCH_REPORT: report };
  for (const name of ['DATABASE_URL', 'AUTH_SECRET', 'APP_ORIGIN', 'INTERNAL_ORIGIN', 'HANDSTAMP_DATA', 'PORT']) {
    delete env[name];
  }
  return env;
}

/** @param {readonly string[]} args @returns {[name: string, bench: Bench][]} */
function chooseBenches(args) {
  const names = args.filter((arg) => arg !== '--full' && arg !== '--install');
  const unknown = names.find((name) => !(name in BENCHES));
  if (unknown !== undefined) {
    throw new Failure(`There is no bench "${unknown}": choose from ${Object.keys(BENCHES).join(', ')}.`);
  }
  return Object.entries(BENCHES).filter(([name]) => names.length === 0 || names.includes(name));
}

/**
 * A bench's output goes straight to the terminal.
 *
 * @param {string} program
 * @param {boolean} isFull
 * @param {string} report
 * @returns {Promise<{ postgres: string, tables: import('./bench-tables.mjs').Table[], faults?: string[] }>}
 */
async function run(program, isFull, report) {
  const args = ['--expose-gc', ...TYPESCRIPT_FLAGS, program, ...(isFull ? ['--full'] : [])];
  await finish(startNode(args, { env: environment(report), output: 'inherit' }), `The bench ${program} failed.`);
  return JSON.parse(await readFile(report, 'utf8'));
}

/** @param {string} postgres @param {boolean} isFull */
function machine(postgres, isFull) {
  const cpus = os.cpus();
  return [
    `${new Date().toISOString().slice(0, 10)}, ${isFull ? 'full size' : 'quick'}`,
    `${cpus[0]?.model.trim() || 'unknown CPU'}, ${cpus.length} cores, ${Math.round(os.totalmem() / 2 ** 30)} GB`,
    `Node ${process.versions.node}`,
    `PostgreSQL ${postgres} on the same machine`,
  ].join(' · ');
}

async function main() {
  const args = process.argv.slice(2);
  const isFull = args.includes('--full');
  const benches = chooseBenches(args);
  checkNode();
  process.chdir(ROOT);
  await install();
  await generateClient();
  const needs = new Set(benches.flatMap(([, bench]) => bench.needs ?? []));
  Object.assign(process.env, (await provide([...needs], 'npm run bench')).env);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'handstamp-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  /** @type {string[]} */
  const allFaults = [];
  for (const [name, { program, title }] of benches) {
    const startedAtMs = Date.now();
    console.log(`\n── ${name}${isFull ? ' --full' : ''}`);
    const { postgres, tables, faults = [] } = await run(program, isFull, path.join(folder, `${name}.json`));
    allFaults.push(...faults);
    for (const table of tables) console.log(printed(table));
    await keep(name, [`## ${title}`, '', machine(postgres, isFull), '', ...tables.flatMap(markdown)]);
    console.log(`\n── ${name}: ${elapsed(startedAtMs)}, kept in ${path.relative(ROOT, RESULTS)}`);
  }
  // At the end: what one bench found is no reason to leave the others out.
  if (allFaults.length > 0) throw new Failure(allFaults.join('\n'));
}

await runScript(main);
