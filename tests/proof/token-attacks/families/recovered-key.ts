import { fromBase64Url, toBase64Url } from '@/lib/core/encoding';
import { partsOf } from '../../../fixtures/signing';

// P-256 (SEC 2 §2.4.2).
const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
const G: Point = {
  x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
};

type Point = { readonly x: bigint; readonly y: bigint };

/**
 * The public key that made two ES256 tokens, from their texts alone (SEC 1 §4.1.6): each has two candidates, and one key is
 * among those of both. Hiding a public key therefore hides nothing.
 */
export async function recoverKey(one: string, other: string): Promise<{ x: string; y: string }> {
  const [first, second] = [await candidatesOf(one), await candidatesOf(other)];
  const found = first.find((point) => second.some(({ x, y }) => x === point.x && y === point.y));
  if (found === undefined) throw new Error('The tokens have no key in common');
  return { x: toBase64Url(bytesOf(found.x)), y: toBase64Url(bytesOf(found.y)) };
}

/** Q = r⁻¹ (s R − e G), for both points R whose x is r. */
async function candidatesOf(token: string): Promise<Point[]> {
  const [header, payload, signature] = partsOf(token);
  const bytes = fromBase64Url(signature) ?? new Uint8Array();
  const [r, s] = [numberOf(bytes.subarray(0, 32)), numberOf(bytes.subarray(32))];
  const input = new TextEncoder().encode(`${header}.${payload}`);
  const e = numberOf(new Uint8Array(await crypto.subtle.digest('SHA-256', input)));
  const y = power(mod(r ** 3n - 3n * r + B, P), (P + 1n) / 4n, P);
  const inverse = inverseOf(r, N);
  return [y, P - y].map((each) => {
    const sum = add(times({ x: r, y: each }, mod(s * inverse, N)), times(G, mod(-e * inverse, N)));
    if (sum === null) throw new Error('The point at infinity is no key');
    return sum;
  });
}

function times(point: Point, scalar: bigint): Point | null {
  let [sum, doubled]: [Point | null, Point | null] = [null, point];
  for (let left = scalar; left > 0n; left >>= 1n) {
    if (left & 1n) sum = add(sum, doubled);
    doubled = add(doubled, doubled);
  }
  return sum;
}

function add(a: Point | null, b: Point | null): Point | null {
  if (a === null || b === null) return a ?? b;
  if (a.x === b.x && mod(a.y + b.y, P) === 0n) return null;
  const [rise, run] = a.x === b.x ? [3n * a.x * a.x - 3n, 2n * a.y] : [b.y - a.y, b.x - a.x];
  const slope = mod(rise * inverseOf(mod(run, P), P), P);
  const x = mod(slope * slope - a.x - b.x, P);
  return { x, y: mod(slope * (a.x - x) - a.y, P) };
}

/** By Euclid's algorithm, which is much faster than a power. */
function inverseOf(value: bigint, modulus: bigint): bigint {
  let [rest, next, factor, nextFactor] = [modulus, value, 0n, 1n];
  while (next > 0n) {
    const times = rest / next;
    [rest, next, factor, nextFactor] = [next, rest - times * next, nextFactor, factor - times * nextFactor];
  }
  return mod(factor, modulus);
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, square] = [1n, base];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

const mod = (value: bigint, modulus: bigint): bigint => ((value % modulus) + modulus) % modulus;
const hexOf = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${hexOf(bytes)}`);
const bytesOf = (value: bigint): Uint8Array =>
  new Uint8Array((value.toString(16).padStart(64, '0').match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)));
