// @ts-check
// `npm run prove -- [name …] [--full]`: tries whole what `npm test` tries a part of, prints one table of what was tried, how
// much of it held and how long it took, and keeps it in docs/proof.md when all was run. --full adds what takes hours.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { printed } from './bench-tables.mjs';
import { Failure } from './failure.mjs';
import { POSTGRES } from './postgres.mjs';
import { build, checkNode, generateClient, install } from './preparation.mjs';
import { endOnSignals, ROOT, runScript } from './processes.mjs';
import { elapsed } from './progress.mjs';
import { PROOFS } from './prove/proofs.mjs';
import { COLUMNS, keep, rowsOf } from './prove/table.mjs';
import { provide } from './requirements.mjs';
import { stageEnvironment } from './test/environment.mjs';
import { filesLeftOut } from './test/optional-files.mjs';
import { vitest } from './test/runners.mjs';

const secret = () => randomBytes(24).toString('base64url');

/** In the environment of the build, as an operator may have them there; a proof looks for them in what was built. */
const BUILT_WITH = {
  AUTH_SECRET: randomBytes(32).toString('base64url'),
  CRON_SECRET: secret(),
  DATABASE_URL: `postgresql://canary:${secret()}@database.test/handstamp`,
  SMTP_URL: `smtps://canary:${secret()}@mail.test`,
};

/** @param {readonly string[]} names @param {boolean} isFull */
function choose(names, isFull) {
  const unknown = names.find((name) => !(name in PROOFS));
  if (unknown !== undefined) {
    throw new Failure(`There is no proof "${unknown}": choose from ${Object.keys(PROOFS).join(', ')}.`);
  }
  const all = Object.entries(PROOFS);
  if (names.length > 0) return all.filter(([name]) => names.includes(name));
  return all.filter(([, { takes }]) => isFull || takes === undefined);
}

async function main() {
  const args = process.argv.slice(2).filter((arg) => arg !== '--install');
  const names = args.filter((arg) => arg !== '--full');
  const proofs = choose(names, args.includes('--full'));
  checkNode();
  process.chdir(ROOT);
  await install();
  await generateClient();
  const needs = new Set([POSTGRES, ...proofs.flatMap(([, { needs = [] }]) => needs)]);
  const { env: places, missing } = await provide([...needs], 'npm run prove');
  for (const { what, command } of missing) console.log(`Not here, so its proofs are not run: ${what} (${command}).`);
  const env = { ...stageEnvironment(process.env), ...places, HANDSTAMP_PROOF: 'whole' };
  await build({ ...env, ...BUILT_WITH, HANDSTAMP_STANDALONE: '1' });
  const folder = mkdtempSync(path.join(os.tmpdir(), 'handstamp-proof-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  /** @type {string[][]} */
  const rows = [];
  let failed = 0;
  for (const [name, { title, folders, projects = ['proof'] }] of proofs) {
    const startedAtMs = Date.now();
    console.log(`\n── ${name}`);
    const lines = path.join(folder, `${name}.jsonl`);
    const outcome = await vitest(
      [{ projects, folders }],
      { ...env, HANDSTAMP_PROOF_LINES: lines, HANDSTAMP_BUILT_WITH: JSON.stringify(BUILT_WITH) },
      { mayBeLeftOut: (file) => filesLeftOut(env).includes(file), filters: folders },
    );
    failed += outcome.failed;
    rows.push(...rowsOf(title, await readFile(lines, 'utf8').catch(() => ''), elapsed(startedAtMs)));
  }
  const table = { heading: 'What was tried', columns: COLUMNS, rows, notes: [`${elapsed(begunAtMs)} in all`] };
  console.log(printed(table));
  if (failed > 0) throw new Failure(`${failed} of the tests behind this failed.`);
  if (names.length === 0) await keep(table);
}

const begunAtMs = Date.now();
endOnSignals();
await runScript(main);
