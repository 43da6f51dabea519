import { createLocalJWKSet, jwtVerify } from 'jose';
import {
  generateSigningKey,
  importSigningKey,
  SIGNING_ALGORITHMS,
  type SigningAlgorithm,
} from '@/lib/core/keys/signing-key';
import { statusListUri } from '@/lib/core/status-list/status-index';
import { signStatusList, statusBytes } from '@/lib/core/status-list/status-list';
import { issueAccessToken, type NewAccessClaims } from '@/lib/core/token/access-token';
import { KEPT_TOKENS } from '@/lib/core/token/verified-tokens';
import { randomBytes } from '@/lib/server/keys/random';
import type { Surroundings } from '@/lib/verifier/surroundings';
import { createVerifier } from '@/lib/verifier/verifier';
import { isFull, median, quantity, say, type Table, timed, writeReport } from './report';
import { statusBits } from './status-bits';

const ISSUER = 'https://app.handstamp.example';
const NOW = 1_800_000_000;
/** Every token of a round is new to the verifier. */
const TOKENS_A_ROUND = 250;
const ROUNDS = isFull ? 21 : 9;
const WARM_UP_ROUNDS = 3;
const FORGED = isFull ? 1_000_000 : 50_000;

type Numbers = { readonly own: number; readonly jose: number; readonly ratio: number; readonly again: number };

/** An issuer with one key and one list, and a verifier of it whose clocks stand still. */
async function open(algorithm: SigningAlgorithm) {
  const made = await generateSigningKey(algorithm);
  const key = await importSigningKey(made.kid, algorithm, made.privateJwk);
  const jwks = { keys: [made.publicJwk] };
  const uri = statusListUri(ISSUER, 0);
  const list = await signStatusList(statusBytes([1, 2, 3].map((index) => [index, 'revoked'] as const)), uri, key, NOW);
  const surroundings: Surroundings = {
    monotonicMs: () => 0,
    now: () => NOW + 10,
    fetch: async (url) => new Response(url.endsWith('jwks.json') ? JSON.stringify(jwks) : list),
  };
  const sign = async (n: number) => {
    const about: NewAccessClaims = {
      iss: ISSUER,
      aud: ISSUER,
      sub: 'Rk1mQ3pXb0hTZ2FkSnV5aw',
      sid: 'b0tWZ2lNd2pFY1Bsc1R6dQ',
      client_id: 'web',
      auth_time: NOW - 600,
      role: 'member',
      amr: ['pwd'],
      status: { status_list: { idx: 1_000 + n, uri } },
    };
    return (await issueAccessToken(about, 300, key, NOW, randomBytes)).token;
  };
  return { jwks, sign, verifier: createVerifier({ issuer: ISSUER, audience: ISSUER }, surroundings) };
}

/** Microseconds a call, over all of `tokens` one after another. */
async function each(tokens: readonly string[], verify: (token: string) => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  for (const token of tokens) await verify(token);
  return ((performance.now() - startedAt) * 1_000) / tokens.length;
}

async function measure(algorithm: SigningAlgorithm): Promise<Numbers> {
  say(algorithm);
  const { jwks, sign, verifier } = await open(algorithm);
  const keys = createLocalJWKSet(jwks);
  const options = {
    issuer: ISSUER,
    audience: ISSUER,
    algorithms: [algorithm],
    typ: 'at+jwt',
    currentDate: new Date((NOW + 10) * 1_000),
  };
  const byJose = (token: string) => jwtVerify(token, keys, options);
  const byUs = async (token: string) => {
    const verified = await verifier.verify(token);
    if (!verified.ok) throw new Error(`A good token is ${verified.code}`);
  };
  const [own, jose]: [number[], number[]] = [[], []];
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    const tokens = await Promise.all(Array.from({ length: TOKENS_A_ROUND }, (_, n) => sign(n)));
    // In turn the first and the second, so that neither always finds a warmer machine.
    if (round % 2 === 0) own.push(await each(tokens, byUs));
    jose.push(await each(tokens, byJose));
    if (round % 2 === 1) own.push(await each(tokens, byUs));
  }
  const [ours, theirs] = [own.slice(WARM_UP_ROUNDS), jose.slice(WARM_UP_ROUNDS)];
  const token = await sign(0);
  await byUs(token);
  return {
    own: median(ours),
    jose: median(theirs),
    ratio: median(ours.map((one, at) => one / (theirs[at] ?? Number.NaN))),
    again: await timed(() => verifier.verify(token), { calls: 2_000 }),
  };
}

/** What an attacker reaches with different tokens: nothing is kept of them, and nothing is lost. */
async function flood(): Promise<Table> {
  say(`${FORGED.toLocaleString('en')} forged tokens`);
  const { sign, verifier } = await open('ES256');
  const token = await sign(0);
  const [header = '', claims = ''] = token.split('.');
  await verifier.verify(token);
  const useful = () => timed(() => verifier.verify(token), { calls: 2_000 });
  const [usefulBefore, before] = [await useful(), memory()];
  for (let n = 0; n < FORGED; n += 1) {
    const signature = Buffer.from(randomBytes(64)).toString('base64url');
    const verified = await verifier.verify(`${header}.${claims}.${signature}`);
    if (verified.ok) throw new Error('A forged token was accepted');
  }
  const [after, usefulAfter] = [memory(), await useful()];
  return {
    heading: `${FORGED.toLocaleString('en')} different forged tokens`,
    columns: ['', 'before', 'after', 'aim'],
    rows: [
      ['heap of the process after a collection', quantity(before, 'bytes'), quantity(after, 'bytes'), 'the same'],
      ['a good token met before them', quantity(usefulBefore, 'time'), quantity(usefulAfter, 'time'), '≤ 5 µs'],
    ],
    notes: [
      `Each with the header and the claims of a good token. Up to ${2 * KEPT_TOKENS} good tokens are remembered.`,
    ],
  };
}

function memory(): number {
  for (let time = 0; time < 3; time += 1) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const numbers: (readonly [SigningAlgorithm, Numbers])[] = [];
for (const algorithm of SIGNING_ALGORITHMS) numbers.push([algorithm, await measure(algorithm)]);
writeReport({
  postgres: '(not used)',
  tables: [
    {
      heading: 'One token',
      columns: ['', ...SIGNING_ALGORITHMS, 'aim'],
      rows: [
        ['bare `jwtVerify` of jose', ...numbers.map(([, { jose }]) => quantity(jose, 'time')), '-'],
        [
          'verifier: a token not met before, with its status',
          ...numbers.map(([, { own }]) => quantity(own, 'time')),
          '-',
        ],
        ['the second relative to the first', ...numbers.map(([, { ratio }]) => ratio.toFixed(2)), '≤ 1.25'],
        ['verifier: a token met before', ...numbers.map(([, { again }]) => quantity(again, 'time')), '≤ 5 µs'],
      ],
      notes: [
        `The same tokens for both, with the same public key, type, issuer, audience and time. Medians of ${ROUNDS} rounds of ` +
          `${TOKENS_A_ROUND} tokens, in turn.`,
      ],
    },
    await statusBits(),
    await flood(),
  ],
});
