// @ts-check
// What the stages of `npm test` get of the developer's own shell: no setting of Handstamp, of a platform or of PostgreSQL.
// They get none of a `.env` either: Next and our scripts read no file where __NEXT_PROCESSED_ENV is set.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../processes.mjs';

/** Read by Node, Next or pg, or set by our own scripts: `.env.example` names none of them. */
const OTHERS = /^(?:NODE_ENV|NEXT_MANUAL_SIG_HANDLE|HANDSTAMP_.*|VERCEL(?:_.*)?|PG[A-Z]+)$/;

/**
 * The environment of every stage. Where a program is (`HANDSTAMP_PYTHON` …) is told to the stages by `npm test` itself.
 *
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {NodeJS.ProcessEnv}
 */
export function stageEnvironment(env) {
  const example = readFileSync(path.join(ROOT, '.env.example'), 'utf8');
  const settings = new Set([...example.matchAll(/^(?:# ?)?([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name));
  const kept = Object.entries(env).filter(([name]) => !settings.has(name) && !OTHERS.test(name));
  return /** @type {NodeJS.ProcessEnv} */ (
    Object.fromEntries([...kept, ['NEXT_TELEMETRY_DISABLED', '1'], ['__NEXT_PROCESSED_ENV', 'true']])
  );
}
