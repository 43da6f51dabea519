import 'server-only';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EpochSeconds } from '@/lib/core/time';
import type { RotationOutcome } from '@/lib/server/keys/rotation';

/** "at 2026-11-23 08:12:40 UTC" */
export const atTime = (at: EpochSeconds | null): string =>
  at === null ? 'at no set time' : `at ${inUtc(new Date(Math.ceil(at) * 1_000).toISOString())}`;

/** "2026-11-23 08:12:40 UTC" of ISO 8601. */
export const inUtc = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;

/** What a change of keys came to. `again`: what to type when the time has come; null where that is said otherwise. */
export function showRotation(outcome: RotationOutcome, again: string | null): string {
  const { next } = outcome;
  const from = `may sign ${atTime(next.readyAt)}`;
  const then = again === null ? '.' : `. Then: ${again}`;
  if (outcome.kind === 'too_early') {
    return `key ${next.kid} (${next.algorithm}) ${from}, when every service knows it; nothing was changed${then}`;
  }
  if (outcome.kind === 'next_replaced') {
    const { withdrawn } = outcome;
    return `Key ${withdrawn.kid} (${withdrawn.algorithm}) left without having signed. Key ${next.kid} (${next.algorithm}) is published in its place and ${from}${then}`;
  }
  const { promoted, retired } = outcome;
  const lines = [`Key ${promoted.kid} (${promoted.algorithm}) signs from now on.`];
  if (retired !== null) {
    const until = atTime(retired.publishedUntil);
    lines.push(`Key ${retired.kid} (${retired.algorithm}) is retired: its tokens stay good, and it leaves ${until}.`);
  }
  lines.push(`Key ${next.kid} (${next.algorithm}) is published and ${from}.`);
  return lines.join('\n');
}

const LINE_EVERY_SECONDS = 30;

/** Waits, and shows how long: in one line that counts down, or in a line now and then where the output is no terminal. */
export async function pause(seconds: number, what: string): Promise<void> {
  const endsAt = performance.now() + Math.max(0, seconds) * 1_000;
  for (let shown = Number.POSITIVE_INFINITY; ; ) {
    const left = Math.ceil((endsAt - performance.now()) / 1_000);
    if (left <= 0) break;
    const line = `${what} in ${left} s`;
    if (process.stdout.isTTY) process.stdout.write(`\r${line} `);
    else if (shown - left >= LINE_EVERY_SECONDS) {
      console.log(line);
      shown = left;
    }
    await sleep(Math.min(1_000, endsAt - performance.now()));
  }
  if (process.stdout.isTTY) process.stdout.write('\n');
}
