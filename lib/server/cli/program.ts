import 'server-only';
import { connectionFault } from '@/lib/server/database/connection-faults';

/** `text` is printed. `isUsage`: what was typed makes no sense, so nothing was tried. */
export type Outcome = { ok: true; text?: string } | { ok: false; sentence: string; isUsage?: true };

/**
 * Runs a command-line program and ends the process: an expected failure is one sentence on stderr and exit code 1, or 2 for
 * wrong usage. Any other error is one line too, and its stack only with `HANDSTAMP_DEBUG=1`.
 *
 * @param name What the reader typed after `npm run`.
 */
export async function runProgram(name: string, work: () => Promise<Outcome>): Promise<never> {
  // Settings are checked as a whole, and no program here uses the address: operators need not set it for one.
  process.env['APP_ORIGIN'] ||= 'http://localhost:3000';
  const exitCode = await run(name, work);
  // Ended by hand: the schema engine leaves a timer of ten seconds behind.
  process.exit(exitCode);
}

async function run(name: string, work: () => Promise<Outcome>): Promise<number> {
  try {
    const outcome = await work();
    if (outcome.ok) {
      if (outcome.text !== undefined) console.log(outcome.text);
      return 0;
    }
    console.error(`${name}: ${outcome.sentence}`);
    if (outcome.isUsage) return 2;
  } catch (error) {
    console.error(`${name} failed: ${sentenceOf(error)}`);
    if (process.env['HANDSTAMP_DEBUG'] === '1') console.error(error);
  }
  return 1;
}

function sentenceOf(error: unknown): string {
  const fault = connectionFault(error);
  if (fault !== null) return `the database ${fault.sentence}`;
  if (!(error instanceof Error)) return 'unknown error';
  if (error.message !== '') return error.message.split('\n', 1).join('');
  return 'code' in error ? String(error.code) : error.name;
}
