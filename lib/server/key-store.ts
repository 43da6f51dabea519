import 'server-only';
import { type Bytes, fromUtf8, toBase64Url, utf8 } from '@/lib/core/encoding';
import { isRecord } from '@/lib/core/json';
import { importKeySet, type VerifyingKeys } from '@/lib/core/keys/key-set';
import { importRootSecrets, type RootSecrets } from '@/lib/core/keys/secret-list';
import { generateSigningKey, importSigningKey, isSigningAlgorithm, type SigningKey } from '@/lib/core/keys/signing-key';
import { unwrapSecret, wrapSecret } from '@/lib/core/keys/wrapping';
import { env } from './env';
import type { Key, PrismaClient } from './generated/prisma/client';
import { randomBytes } from './random';

/** 32 random bytes with a name: pepper, sealing key, status permutation. */
export type DataKey = { readonly id: string; readonly bytes: Bytes };

/** Every key of the database, decrypted and imported. */
export type LoadedKeys = {
  readonly signing: SigningKey;
  readonly verifying: VerifyingKeys;
  /** The JWK Set to publish: current, next and retired keys, public members only. */
  readonly published: { readonly keys: readonly unknown[] };
  readonly data: Readonly<Record<DataKeyPurpose, DataKeys>>;
};

export type DataKeys = { readonly current: DataKey; readonly byId: ReadonlyMap<string, DataKey> };

const DATA_KEY_PURPOSES = ['seal', 'pepper', 'status_index'] as const;
type DataKeyPurpose = (typeof DATA_KEY_PURPOSES)[number];

const SIGNING_SLOTS = ['current', 'next'] as const;
/** Any constant does: it names the lock that makers of keys take in turn. */
const KEY_LOCK_ID = 7_263_001n;

let roots: Promise<RootSecrets> | undefined;

/** The entries of `AUTH_SECRET`, ready for derivation. */
export function rootSecrets(): Promise<RootSecrets> {
  roots ??= importRootSecrets(env().authSecrets);
  return roots;
}

/**
 * Makes the keys that are missing: a current and a next signing key, one data key a purpose. Idempotent; concurrent
 * calls wait for each other, and the unique slot lets only one win where advisory locks exclude nobody (PGlite).
 */
export async function ensureKeys(db: PrismaClient): Promise<void> {
  const secrets = await rootSecrets();
  await db.$transaction(async (transaction) => {
    await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${KEY_LOCK_ID})`;
    const present = await transaction.key.findMany({
      where: { slot: { not: null } },
      select: { purpose: true, slot: true },
    });
    const isMissing = (purpose: string, slot: string) =>
      !present.some((key) => key.purpose === purpose && key.slot === slot);
    const [{ now } = { now: new Date() }] = await transaction.$queryRaw<{ now: Date }[]>`SELECT now() AS now`;
    for (const slot of SIGNING_SLOTS) {
      if (!isMissing('signing', slot)) continue;
      const { kid, algorithm, privateJwk, publicJwk } = await generateSigningKey('ES256');
      const secret = utf8(JSON.stringify(privateJwk));
      const wrapped = await wrapSecret(secret, secrets, { purpose: 'signing', id: kid }, randomBytes);
      const row = { id: kid, purpose: 'signing', algorithm, slot, publicJwk: { ...publicJwk }, ...wrapped };
      await transaction.key.create({ data: { ...row, promotedAt: slot === 'current' ? now : null } });
    }
    for (const purpose of DATA_KEY_PURPOSES) {
      if (!isMissing(purpose, 'current')) continue;
      const id = toBase64Url(randomBytes(6));
      const wrapped = await wrapSecret(randomBytes(32), secrets, { purpose, id }, randomBytes);
      await transaction.key.create({ data: { id, purpose, slot: 'current', promotedAt: now, ...wrapped } });
    }
  });
}

/** Reads and decrypts all keys. Throws when one is missing or was wrapped under a secret that is not listed. */
export async function loadKeys(db: PrismaClient): Promise<LoadedKeys> {
  const rows = await db.$queryRaw<Key[]>`SELECT * FROM "Key" WHERE "expiresAt" IS NULL OR "expiresAt" > now()`;
  const signingRows = rows.filter((row) => row.purpose === 'signing');
  const current = signingRows.find((row) => row.slot === 'current');
  if (current === undefined) throw new Error('The database holds no signing key: run `npm run db:migrate`');
  const published = { keys: signingRows.map((row) => row.publicJwk) };
  const verifying = await importKeySet(published);
  if (verifying === null) throw new Error('The stored key set cannot be read');
  const [seal, pepper, statusIndex] = await Promise.all(DATA_KEY_PURPOSES.map((purpose) => dataKeys(rows, purpose)));
  if (!seal || !pepper || !statusIndex) throw new Error('Data keys are missing');
  return {
    signing: await openSigningKey(current),
    verifying,
    published,
    data: { seal, pepper, status_index: statusIndex },
  };
}

async function openSigningKey(row: Key): Promise<SigningKey> {
  const jwk: unknown = JSON.parse(fromUtf8(await open(row)) ?? '');
  if (!isRecord(jwk) || !isSigningAlgorithm(row.algorithm)) throw new Error(`Signing key ${row.id} is damaged`);
  return importSigningKey(row.id, row.algorithm, jwk);
}

async function dataKeys(rows: readonly Key[], purpose: DataKeyPurpose): Promise<DataKeys> {
  const byId = new Map<string, DataKey>();
  let current: DataKey | undefined;
  for (const row of rows) {
    if (row.purpose !== purpose) continue;
    const key = { id: row.id, bytes: await open(row) };
    byId.set(key.id, key);
    if (row.slot === 'current') current = key;
  }
  if (current === undefined) throw new Error(`The database holds no ${purpose} key: run \`npm run db:migrate\``);
  return { current, byId };
}

async function open(row: Key): Promise<Bytes> {
  const opened = await unwrapSecret(row, await rootSecrets(), { purpose: row.purpose, id: row.id });
  if (opened.ok) return opened.value;
  throw new Error(`Key ${row.id} (${row.purpose}) cannot be opened with AUTH_SECRET: ${opened.code}`);
}
