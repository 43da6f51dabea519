import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { plainEnvironment, REPOSITORY, testEnvironment } from '@/tests/support/server/environment';
import type { Found } from './mutant';
import type { Mutation } from './mutations';
import type { ServerStep } from './projection';
import { SETTINGS } from './stage';

const FOLDER = path.join(REPOSITORY, 'tests/proof/rotation');

/**
 * Replays `traces` in a process of its own whose code is mutated as `edit` says, or is as it stands where that is null.
 * Throws its output where the process fails, such as because the text to replace is not there exactly once.
 */
export async function replayMutated(
  databaseUrl: string,
  edit: Mutation['edit'] | null,
  traces: readonly (readonly ServerStep[])[],
): Promise<Found> {
  const settings = { ...testEnvironment(databaseUrl), ...SETTINGS };
  const mutation = edit === null ? '' : JSON.stringify({ ...edit, file: path.join(REPOSITORY, edit.file) });
  const folder = await mkdtemp(path.join(os.tmpdir(), 'handstamp-mutant-'));
  try {
    const file = path.join(folder, 'traces.json');
    await writeFile(file, JSON.stringify(traces));
    const flags = ['--import', path.join(FOLDER, 'rewriting.mjs'), '--import', './scripts/typescript.mjs'];
    const child = spawn(process.execPath, [...flags, path.join(FOLDER, 'mutant.ts'), file], {
      cwd: REPOSITORY,
      env: { ...plainEnvironment(), ...settings, HANDSTAMP_MUTATION: mutation },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [printed, said, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    if (code !== 0) throw new Error(`The replay ended with code ${code}:\n${printed}${said}`);
    const found: Found = JSON.parse(printed.trim().split('\n').at(-1) ?? '');
    return found;
  } finally {
    await rm(folder, { recursive: true });
  }
}
