// @ts-check
// `npm run prove -- [name …] [--full]`: tries whole what `npm test` tries a part of, prints one table of what was tried, how
// much of it held and how long it took, and keeps it in docs/proof.md when all was run. --full adds what takes hours. Other
// options are those of a proof that is a program.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { printed } from './bench-tables.mjs';
import { Failure } from './failure.mjs';
import { POSTGRES } from './postgres.mjs';
import { build, checkNode, generateClient, install } from './preparation.mjs';
import { endOnSignals, ROOT, runScript } from './processes.mjs';
import { elapsed } from './progress.mjs';
import { PROOFS } from './prove/proofs.mjs';
import { runProof } from './prove/run.mjs';
import { COLUMNS, keep, rowsOf } from './prove/table.mjs';
import { provide } from './requirements.mjs';
import { stageEnvironment } from './test/environment.mjs';

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
  const options = args.filter((arg) => arg.startsWith('--'));
  const names = args.filter((arg) => !options.includes(arg));
  const proofs = choose(names, options.includes('--full'));
  const isProgram = proofs.some(([, { program }]) => program !== undefined);
  const foreign = isProgram ? undefined : options.find((option) => option !== '--full');
  if (foreign !== undefined) throw new Failure(`Nothing here has an option ${foreign}.`);
  checkNode();
  process.chdir(ROOT);
  await install();
  await generateClient();
  const needsServer = proofs.some(([, { folders }]) => folders !== undefined);
  const needs = new Set([...(needsServer ? [POSTGRES] : []), ...proofs.flatMap(([, { needs = [] }]) => needs)]);
  const { env: places, missing } = await provide([...needs], 'npm run prove');
  for (const { what, command } of missing) console.log(`Not here, so its proofs are not run: ${what} (${command}).`);
  const whole = { HANDSTAMP_PROOF: 'whole', HANDSTAMP_BUILT_WITH: JSON.stringify(BUILT_WITH) };
  const env = { ...stageEnvironment(process.env), ...places, ...whole };
  if (needsServer) await build({ ...env, ...BUILT_WITH, HANDSTAMP_STANDALONE: '1' });
  const folder = mkdtempSync(path.join(os.tmpdir(), 'handstamp-proof-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  /** @type {string[][]} */
  const rows = [];
  let failed = 0;
  for (const [name, proof] of proofs) {
    const startedAtMs = Date.now();
    console.log(`\n── ${name}`);
    const outcome = await runProof(proof, options, env, path.join(folder, `${name}.jsonl`));
    failed += outcome.failed;
    rows.push(...rowsOf(proof.title, outcome.lines, elapsed(startedAtMs)));
  }
  const table = { heading: 'What was tried', columns: COLUMNS, rows, notes: [`${elapsed(begunAtMs)} in all`] };
  console.log(printed(table));
  if (failed > 0) throw new Failure(`${failed} of the tests behind this failed.`);
  if (names.length === 0) await keep(table);
}

const begunAtMs = Date.now();
endOnSignals();
await runScript(main);
