import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { newId, toBase64Url } from '@/lib/core/encoding';
import { db } from '@/lib/server/database/client';
import { randomBytes as ourRandomBytes } from '@/lib/server/keys/random';
import { SITE } from './http/requests';
import type { Person } from './people';

/** What a passkey may lie about, and what a browser may that is none of ours. */
export type Lies = {
  readonly origin?: string;
  readonly rpId?: string;
  readonly challenge?: string;
  readonly type?: string;
  readonly isPresent?: boolean;
  readonly isVerified?: boolean;
  readonly isBackupEligible?: boolean;
  readonly isBackedUp?: boolean;
  readonly isSignatureDamaged?: boolean;
  readonly counter?: number;
  readonly userHandle?: string | null;
  readonly id?: string;
  /** Into `clientDataJSON`. */
  readonly client?: object;
  /** A COSE key in place of its own. */
  readonly publicKey?: Uint8Array;
  readonly attestation?: { readonly format: string; readonly statement: Uint8Array };
  /** The key signs its own attestation (WebAuthn §6.5.3, self attestation), or what is none. */
  readonly selfSigned?: 'rightly' | 'wrongly';
};

/** COSE's `alg` and curve of each (RFC 9053 §2, §7.1), and what Node calls the curve and the hash. */
const ALGORITHMS = {
  ES256: { alg: -7, crv: 1, curve: 'P-256', hash: 'sha256' },
  EdDSA: { alg: -8, crv: 6, curve: null, hash: null },
  /** Nothing that is asked for. */
  ES384: { alg: -35, crv: 2, curve: 'P-384', hash: 'sha384' },
} as const;

type Kind = {
  readonly algorithm?: keyof typeof ALGORITHMS;
  /** Lives in one device and counts, in place of being synced. */
  readonly isDeviceBound?: boolean;
};

/** One passkey, as the software of an authenticator holds it. */
export type Authenticator = {
  readonly id: string;
  readonly key: KeyObject;
  readonly hash: string | null;
  readonly alg: number;
  readonly cose: Uint8Array;
  readonly isDeviceBound: boolean;
  counter: number;
  handle: string | null;
};

export function newAuthenticator({ algorithm = 'ES256', isDeviceBound = false }: Kind = {}): Authenticator {
  const { alg, crv, curve, hash } = ALGORITHMS[algorithm];
  const { privateKey, publicKey } =
    curve === null ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: curve });
  const { x = '', y } = publicKey.export({ format: 'jwk' });
  const [across, up] = [x, y ?? ''].map((part) => Buffer.from(part, 'base64url'));
  const cose =
    y === undefined
      ? map([1, 1], [3, alg], [-1, crv], [-2, across ?? ''])
      : map([1, 2], [3, alg], [-1, crv], [-2, across ?? ''], [-3, up ?? '']);
  const id = randomBytes(32).toString('base64url');
  return { id, key: privateKey, hash, alg, cose, isDeviceBound, counter: 0, handle: null };
}

/** What a browser answers to request options: `AuthenticationResponseJSON`. */
export function assertionOf(authenticator: Authenticator, options: { challenge: string }, lies: Lies = {}) {
  if (authenticator.isDeviceBound) authenticator.counter += 1;
  const clientData = clientDataOf('webauthn.get', options.challenge, lies);
  const data = authenticatorData(authenticator, lies);
  const signed = Buffer.concat([data, createHash('sha256').update(clientData).digest()]);
  const signature = sign(authenticator.hash, signed, authenticator.key);
  const last = signature.length - 1;
  if (lies.isSignatureDamaged) signature[last] = (signature[last] ?? 0) ^ 1;
  const userHandle = lies.userHandle === undefined ? authenticator.handle : lies.userHandle;
  const id = lies.id ?? authenticator.id;
  return {
    id,
    rawId: id,
    type: 'public-key',
    authenticatorAttachment: 'platform',
    clientExtensionResults: {},
    response: {
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: data.toString('base64url'),
      signature: signature.toString('base64url'),
      ...(userHandle === null ? {} : { userHandle }),
    },
  };
}

/** What a browser answers to creation options: `RegistrationResponseJSON`. */
export function attestationOf(
  authenticator: Authenticator,
  options: { challenge: string; user?: { id: string } },
  lies: Lies = {},
) {
  authenticator.handle = options.user?.id ?? null;
  const clientData = clientDataOf('webauthn.create', options.challenge, lies);
  const id = Buffer.from(authenticator.id, 'base64url');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(id.length);
  const attested = Buffer.concat([Buffer.alloc(16), length, id, lies.publicKey ?? authenticator.cose]);
  const data = Buffer.concat([authenticatorData(authenticator, lies, 0x40), attested]);
  const { format, statement } = lies.selfSigned
    ? selfAttested(authenticator, lies.selfSigned === 'rightly' ? data : clientData, clientData)
    : (lies.attestation ?? { format: 'none', statement: map() });
  const attestationObject = map(['fmt', format], ['attStmt', new Raw(statement)], ['authData', data]);
  return {
    id: lies.id ?? authenticator.id,
    rawId: lies.id ?? authenticator.id,
    type: 'public-key',
    clientExtensionResults: { credProps: { rk: true } },
    response: {
      clientDataJSON: clientData.toString('base64url'),
      attestationObject: Buffer.from(attestationObject).toString('base64url'),
      transports: ['internal', 'hybrid'],
    },
  };
}

/** The format `packed` without certificates (WebAuthn §8.2). */
function selfAttested({ key, hash, alg }: Authenticator, data: Uint8Array, clientData: Uint8Array) {
  const signed = Buffer.concat([data, createHash('sha256').update(clientData).digest()]);
  return { format: 'packed', statement: map(['alg', alg], ['sig', sign(hash, signed, key)]) };
}

/** Gives a passkey to a person, as if they had made it a while ago. */
export async function givePasskey(person: Person, kind: Kind = {}): Promise<Authenticator> {
  const authenticator = newAuthenticator(kind);
  const { passkeyHandle } = await db().user.findUniqueOrThrow({ where: { id: person.id } });
  const handle = passkeyHandle ?? ourRandomBytes(32);
  if (passkeyHandle === null) await db().user.update({ where: { id: person.id }, data: { passkeyHandle: handle } });
  authenticator.handle = toBase64Url(handle);
  await db().passkey.create({
    data: {
      id: newId(ourRandomBytes),
      userId: person.id,
      credentialId: Buffer.from(authenticator.id, 'base64url'),
      publicKey: Buffer.from(authenticator.cose),
      counter: 0,
      backupEligible: !authenticator.isDeviceBound,
      backedUp: !authenticator.isDeviceBound,
      transports: ['internal'],
      aaguid: '00000000-0000-0000-0000-000000000000',
      name: 'Laptop',
    },
  });
  return authenticator;
}

function clientDataOf(type: string, challenge: string, lies: Lies): Buffer {
  const { origin = SITE, client = {} } = lies;
  const data = { type: lies.type ?? type, challenge: lies.challenge ?? challenge, origin, crossOrigin: false };
  return Buffer.from(JSON.stringify({ ...data, ...client }));
}

function authenticatorData({ isDeviceBound, counter }: Authenticator, lies: Lies, more = 0): Buffer {
  const { rpId = new URL(SITE).hostname, isPresent = true, isVerified = true } = lies;
  const { isBackupEligible = !isDeviceBound, isBackedUp = isBackupEligible } = lies;
  const flags = [isPresent && 0x01, isVerified && 0x04, isBackupEligible && 0x08, isBackedUp && 0x10, more];
  const rest = Buffer.alloc(5);
  rest[0] = flags.reduce<number>((sum, flag) => sum | Number(flag), 0);
  rest.writeUInt32BE(lies.counter ?? counter, 1);
  return Buffer.concat([createHash('sha256').update(rpId).digest(), rest]);
}

/** CBOR that is made already. */
class Raw {
  constructor(readonly bytes: Uint8Array) {}
}

type Value = number | string | Uint8Array | Raw;

/** A map in CBOR (RFC 8949 §3.1) of what WebAuthn needs. */
export const map = (...entries: readonly (readonly [number | string, Value])[]): Uint8Array =>
  Buffer.concat([head(5, entries.length), ...entries.flatMap(([name, value]) => [item(name), item(value)])]);

/** A list of byte strings. */
export const list = (...items: readonly Uint8Array[]): Raw =>
  new Raw(Buffer.concat([head(4, items.length), ...items.map(item)]));

function item(value: Value): Uint8Array {
  if (value instanceof Raw) return value.bytes;
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  const bytes = Buffer.from(value);
  return Buffer.concat([head(typeof value === 'string' ? 3 : 2, bytes.length), bytes]);
}

function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value]);
  if (value < 256) return Buffer.from([(major << 5) | 24, value]);
  return Buffer.from([(major << 5) | 25, value >> 8, value & 255]);
}
