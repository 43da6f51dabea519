import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY } from '@/tests/support/server/environment';

/** Makes the verifier as `npm run verifier` does, in a folder of the caller's. */
export async function buildVerifier(
  folder: string,
): Promise<{ file: string; code: string; types: string; printed: string }> {
  const script = path.join(REPOSITORY, 'scripts/verifier.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [script, folder]);
  const file = path.join(folder, 'handstamp-verifier.mjs');
  const types = await readFile(path.join(folder, 'handstamp-verifier.d.mts'), 'utf8');
  return { file, code: await readFile(file, 'utf8'), types, printed: stdout };
}
