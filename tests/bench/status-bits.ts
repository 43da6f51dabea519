import { zlibSync } from 'fflate';
import { CompactSign } from 'jose';
import type { Bytes } from '@/lib/core/encoding';
import { importJwkSet } from '@/lib/core/keys/jwk-set';
import { generateSigningKey, importSigningKey } from '@/lib/core/keys/signing-key';
import { STATUS_LIST_SIZE } from '@/lib/core/status-list/status-index';
import {
  type StatusList,
  signStatusList,
  statusAt,
  statusBytes,
  verifyStatusList,
} from '@/lib/core/status-list/status-list';
import { seededNumbers } from '@/tests/fixtures/deterministic';
import { median, quantity, ROUNDS, say, type Table } from './report';

const URI = 'https://app.handstamp.example/status-lists/0';
const NOW = 1_800_000_000;
/** Sessions of a list that were ended: few, one in a hundred, one in ten. */
const ENDED = [100, 1_311, 13_107];
const LOOK_UPS = 20_000;
const READINGS = 20;
const WARM_UP_ROUNDS = 5;

type Signing = Awaited<ReturnType<typeof importSigningKey>>;

/** A list as releases before published it: one bit a session. */
async function signOneBit(places: readonly number[], key: Signing): Promise<string> {
  const bits = new Uint8Array(STATUS_LIST_SIZE / 8);
  for (const place of places) bits[place >> 3] = (bits[place >> 3] ?? 0) | (1 << (place & 7));
  const lst = Buffer.from(zlibSync(bits, { level: 9 })).toString('base64url');
  const payload = { sub: URI, iat: NOW, exp: NOW + 120, ttl: 2, status_list: { bits: 1, lst } };
  return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)) as Bytes)
    .setProtectedHeader({ alg: key.algorithm, typ: 'statuslist+jwt', kid: key.kid })
    .sign(key.privateKey);
}

/** The median microseconds of one call for each of `subjects`, by turns, so that none finds another machine. */
async function inTurns<T>(subjects: readonly T[], work: (subject: T) => number | Promise<number>): Promise<number[]> {
  const times = subjects.map((): number[] => []);
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    for (const [at, subject] of subjects.entries()) {
      const startedAt = performance.now();
      const calls = await work(subject);
      if (round >= WARM_UP_ROUNDS) times[at]?.push(((performance.now() - startedAt) * 1_000) / calls);
    }
  }
  return times.map(median);
}

/** What the second bit of a status costs, beside the lists of one bit that releases before published. */
export async function statusBits(): Promise<Table> {
  say('lists of one bit and of two');
  const made = await generateSigningKey('ES256');
  const key = await importSigningKey(made.kid, 'ES256', made.privateJwk);
  const keys = (await importJwkSet({ keys: [made.publicJwk] })) ?? new Map();
  const opened = async (token: string): Promise<StatusList> => {
    const verified = await verifyStatusList(token, URI, keys, NOW, 0);
    if (!verified.ok) throw new Error(`A good list is ${verified.code}`);
    return verified.value;
  };
  const random = seededNumbers(5);
  const indexes = Array.from({ length: LOOK_UPS }, () => Math.floor(random() * STATUS_LIST_SIZE));
  const rows: string[][] = [];
  for (const count of ENDED) {
    const places = Array.from({ length: count }, () => Math.floor(random() * STATUS_LIST_SIZE));
    const one = await signOneBit(places, key);
    const two = await signStatusList(statusBytes(places.map((place) => [place, 'revoked'] as const)), URI, key, NOW);
    const lists = [await opened(one), await opened(two)];
    const reading = await inTurns([one, two], async (token) => {
      for (let call = 0; call < READINGS; call += 1) await opened(token);
      return READINGS;
    });
    const looking = await inTurns(lists, (list) => {
      for (const index of indexes) statusAt(list, index);
      return indexes.length;
    });
    const compared = (name: string, values: readonly number[], kind: 'bytes' | 'time') => {
      const [before = Number.NaN, after = Number.NaN] = values;
      return [name, quantity(before, kind), quantity(after, kind), `× ${(after / before).toFixed(2)}`, '≤ × 2'];
    };
    const ended = count.toLocaleString('en');
    rows.push(
      compared(`${ended} ended: on the wire`, [one.length, two.length], 'bytes'),
      compared(`${ended} ended: verified and opened`, reading, 'time'),
      compared(`${ended} ended: one look`, looking, 'time'),
    );
  }
  return {
    heading: 'A list with one bit a session, and with two',
    columns: ['', 'one bit', 'two bits', 'the second to the first', 'aim'],
    rows,
    notes: ['One bit is what releases before published, and what is still read. A list is held in 16 KB and in 32 KB.'],
  };
}
