import { closeSync, constants, openSync } from 'node:fs';
import { expect } from 'vitest';
import { inTurns } from '@/tests/support/http/requests';
import { type Attempt, MARK } from './forge';
import type { Ground } from './ground';
import { piecesOf, reasonsIn } from './log';
import { summaryOf, type Target } from './targets';
import { ask, fingerprint, fitsHeader, type Got, isBearer } from './wire';

const WIDTH = 24;
/** A text that is no token at all: the answer to it is the answer to every forged one. */
const NONSENSE = 'nonsense';
/** No Bearer credential (RFC 6750 §2.1), and answered as such. */
const TWO_WORDS = 'two words';

type Baseline = { readonly one: string; readonly several: string };
export type Baselines = ReadonlyMap<Target, Baseline>;

/** How each target answers nonsense. Fails where one answers otherwise than it must refuse. */
export async function baselinesOf(targets: readonly Target[]): Promise<Baselines> {
  const found = await inTurns(targets.length, WIDTH, async (at): Promise<[Target, Baseline]> => {
    const target = targets[at];
    if (target === undefined) throw new Error('There is no such target');
    const [one, several] = [await ask(target.request(NONSENSE)), await ask(target.request(TWO_WORDS))];
    expect([target.name, summaryOf(one)]).toEqual([target.name, target.refusal]);
    return [target, { one: printOf(target, one), several: printOf(target, several) }];
  });
  return new Map(found);
}

/**
 * Sends tokens to targets: every token to a target of each kind, and some token to every target. Gives what was not answered
 * as nonsense is: another status, header or byte of the body, such as a word of the token itself.
 */
export async function assault(
  attempts: readonly Attempt[],
  targets: readonly Target[],
  baselines: Baselines,
): Promise<{ requests: number; faults: string[] }> {
  const pairs = pairsOf(
    attempts.filter(({ token }) => fitsHeader(token)),
    targets,
  );
  const faults = await inTurns(pairs.length, WIDTH, async (at) => {
    const pair = pairs[at];
    if (pair === undefined) throw new Error('There is no such pair');
    return faultOf(pair, baselines.get(pair.target)).catch((error: unknown) => [`not answered: ${String(error)}`]);
  });
  const named = faults.flatMap((found, at) =>
    found.map((fault) => `${pairs[at]?.attempt.name} at ${pairs[at]?.target.name}: ${fault}`),
  );
  return { requests: pairs.length, faults: named };
}

type Pair = { readonly attempt: Attempt; readonly target: Target };

/** Of each kind as many pairs as there are tokens, or targets if those are more: each of both occurs. */
function pairsOf(attempts: readonly Attempt[], targets: readonly Target[]): Pair[] {
  if (attempts.length === 0) return [];
  const kinds = [...new Set(targets.map(({ kind }) => kind))];
  return kinds.flatMap((kind) => {
    const places = targets.filter((target) => target.kind === kind);
    return Array.from({ length: Math.max(places.length, attempts.length) }, (_, at) => {
      const [attempt, target] = [attempts[at % attempts.length], places[at % places.length]];
      return attempt === undefined || target === undefined || attempt.home === kind ? [] : [{ attempt, target }];
    }).flat();
  });
}

async function faultOf({ attempt, target }: Pair, baseline: Baseline | undefined): Promise<string[]> {
  const got = await ask(target.request(attempt.token));
  const takesBearer = target.kind === 'bearer' || target.kind === 'service';
  const expected = takesBearer && !isBearer(attempt.token) ? baseline?.several : baseline?.one;
  const found = printOf(target, got);
  const told = [MARK, ...piecesOf(attempt.token)].filter((piece) => got.body.includes(piece));
  return [
    ...(found === expected ? [] : [differenceOf(expected ?? '', found)]),
    ...told.map((piece) => `the answer says ${piece.slice(0, 60)}`),
  ];
}

/**
 * Where a page itself leads away, React sends the parts of its document in the order in which they were ready: of those two
 * that say the same, the bytes differ. Their bodies are searched for words of the token instead.
 */
const printOf = ({ kind }: Target, got: Got): string => fingerprint(got, kind !== 'page without middleware');

/** Where two answers begin to differ. */
function differenceOf(expected: string, found: string): string {
  let at = 0;
  while (at < found.length && found[at] === expected[at]) at += 1;
  const around = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 60), at + 100));
  return `${around(found)} instead of ${around(expected)}`;
}

/**
 * Sends each token once, by Bearer, to where the issuer judges it, and says what the log lacks: one event for each, which
 * names the reason and nothing else. A token that has merely run out is no event.
 */
export async function logged(ground: Ground, attempts: readonly Attempt[]): Promise<string[]> {
  const target = ground.targets.find(({ kind }) => kind === 'bearer');
  if (target === undefined) throw new Error('Nobody takes Bearer tokens');
  const judged = attempts.filter(({ token, codes }) => fitsHeader(token) && isBearer(token) && codes[0] !== 'expired');
  const before = (await ground.log.since(0)).length;
  for (const { token } of judged) await ask(target.request(token));
  const reasons = reasonsIn(await ground.log.since(before));
  if (reasons.length !== judged.length) return [`${reasons.length} events of ${judged.length} tokens`];
  // One after another, and one line after another.
  return judged.flatMap(({ name, codes }, at) =>
    codes.some((code) => code === reasons[at]) ? [] : [`${name}: logged as ${reasons[at]}`],
  );
}

/** Fails where somebody followed a name or an address in a token: a connection to the listener, or a reader of the trap. */
export function expectNobodyLured(ground: Ground, trap: string): void {
  expect(ground.listener.connections(), 'connections to the listener').toBe(0);
  expect(hasReader(trap), 'a reader of the trap').toBe(false);
}

/** True while somebody has the pipe open to read, or waits to: without one, it cannot be opened to write without waiting. */
export function hasReader(pipe: string): boolean {
  try {
    closeSync(openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK));
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENXIO' });
    return false;
  }
}
