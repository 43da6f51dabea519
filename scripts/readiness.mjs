// @ts-check
// When the server answers, and what to tell then.
import demoAccounts from '../lib/server/config/demo-accounts.json' with { type: 'json' };
import { Failure } from './failure.mjs';

const READY_WITHIN_MS = 60_000;
const POLL_MS = 200;

/**
 * What to open in the browser, and with whom.
 *
 * @param {string} origin
 * @param {{ isEmbedded: boolean, keepsMail: boolean }} prepared
 */
export function welcome(origin, { isEmbedded, keepsMail }) {
  const lines = ['', `Handstamp runs at ${origin}`];
  if (isEmbedded) {
    const accounts = Object.values(demoAccounts).map(({ email, password }) => `  ${email}  ${password}`);
    lines.push('', 'Demo accounts:', ...accounts);
  }
  if (keepsMail) lines.push('', `Mail that the app sends: ${origin}/dev/mail`);
  return [...lines, '', 'Ctrl-C ends it.'].join('\n');
}

/**
 * Waits until the server answers for itself and its database.
 *
 * @param {import('node:child_process').ChildProcess} server
 * @param {number} port
 * @param {() => string | Promise<string>} describeEnd What it printed, for the case that it does not get there.
 */
export async function untilHealthy(server, port, describeEnd) {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (server.exitCode !== null || server.signalCode !== null) {
      throw new Failure('The server did not start.', await describeEnd());
    }
    const answer = await fetch(`http://127.0.0.1:${port}/api/health`, { redirect: 'manual' }).catch(() => null);
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Failure('The server did not get ready within a minute.', await describeEnd());
}
