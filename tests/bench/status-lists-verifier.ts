import { listOfUri } from '@/lib/core/status-list/status-index';
import { remoteJwkSet } from '@/lib/verifier/remote-jwk-set';
import { statusLists } from '@/lib/verifier/status-lists';
import type { Surroundings } from '@/lib/verifier/surroundings';
import { createVerifier } from '@/lib/verifier/verifier';
import { readInput } from './program';
import { median, ROUNDS, timed } from './report';
import type { IssuerNumbers } from './status-lists-issuer';

export type VerifierInput = Pick<IssuerNumbers, 'lists' | 'jwks' | 'issuer' | 'issuedAt' | 'tokens'>;

export type VerifierNumbers = {
  /** Of a verifier that holds all lists, beyond one that holds none: heap and buffers. */
  readonly bytes: number;
  /** In microseconds. */
  readonly lookUp: number;
  readonly verify: number;
  readonly takeList: number;
};

/** So many verifiers are weighed together, because the heap's own unrest is as heavy as one. */
const KEPT_TOGETHER = 20;

async function main(): Promise<void> {
  const { lists, jwks, issuer, issuedAt, tokens } = await readInput<VerifierInput>();
  // The clocks stand still: a copy stays fresh, and no token is so young that it needs no list.
  const surroundings: Surroundings = {
    monotonicMs: () => 0,
    now: () => issuedAt + 10,
    fetch: async (url) => {
      const list = listOfUri(issuer, url);
      return new Response(list === null ? jwks : lists[list]);
    },
  };
  const uris = lists.map((_, list) => `${issuer}/status-lists/${list}`);
  const open = () => {
    const keySet = remoteJwkSet(`${issuer}/.well-known/jwks.json`, surroundings);
    return statusLists({ issuer, fetchOrigin: issuer, maxStaleSeconds: 30 }, keySet, surroundings);
  };
  const takeAll = async () => {
    const held = open();
    for (const uri of uris) await held.check(uri, 0);
    return held;
  };

  const verifier = createVerifier({ issuer, audience: issuer }, surroundings);
  for (const [expected, those] of [
    ['valid', tokens.live],
    ['revoked', tokens.ended],
  ] as const) {
    for (const token of those) {
      const verified = await verifier.verify(token);
      const answer = verified.ok ? 'valid' : verified.code;
      if (answer !== expected) throw new Error(`A token that should be ${expected} is ${answer}`);
    }
  }

  await takeAll();
  const sizes: number[] = [];
  const kept: unknown[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = memory();
    for (let time = 0; time < KEPT_TOGETHER; time += 1) kept.push(await takeAll());
    sizes.push((memory() - before) / KEPT_TOGETHER);
  }

  const held = await takeAll();
  let at = 0;
  const lookUp = await timed(
    () => {
      at = (at + 40_503) % (uris.length * 131_072);
      return held.check(uris[at >> 17] ?? '', at & 131_071);
    },
    { calls: 100_000 },
  );
  const verify = await timed((call) => verifier.verify(tokens.live[call % tokens.live.length] ?? ''), { calls: 500 });
  const takeList = (await timed(takeAll)) / uris.length;
  const numbers: VerifierNumbers = { bytes: median(sizes), lookUp, verify, takeList };
  process.stdout.write(JSON.stringify(numbers));
}

/** Bytes in use after a collection. */
function memory(): number {
  for (let time = 0; time < 3; time += 1) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

await main();
