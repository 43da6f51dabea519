import 'server-only';
import { type Bytes, fromUtf8, toBase64Url } from '@/lib/core/encoding';
import { entityTag } from '@/lib/core/http/entity-tag';
import { isRecord } from '@/lib/core/json';
import { importJwkSet, type VerifyingKeys } from '@/lib/core/keys/jwk-set';
import {
  importSigningKey,
  isSigningAlgorithm,
  type SigningAlgorithm,
  type SigningKey,
} from '@/lib/core/keys/signing-key';
import { unwrapSecret, wrapSecret } from '@/lib/core/keys/wrapping';
import { db, type Transaction } from '@/lib/server/database/client';
import type { Key } from '@/lib/server/database/generated/prisma/client';
import { randomBytes } from './random';
import { rootSecrets } from './root-secrets';
import { prepareKey, storeKey, underKeyLock } from './signing-key-store';

/** 32 random bytes with a name: pepper, sealing key, status permutation, names of what is limited, secrets of authenticator apps. */
export type DataKey = { readonly id: string; readonly bytes: Bytes };

/** Every key of the database, decrypted and imported. */
export type Keyring = {
  readonly signing: SigningKey;
  readonly verifying: VerifyingKeys;
  /** The JWK Set to publish, current, next and retired keys with public members only, and a name for just this text. */
  readonly published: { readonly text: string; readonly etag: string };
  readonly data: Readonly<Record<DataKeyPurpose, DataKeys>>;
};

export type DataKeys = { readonly current: DataKey; readonly byId: ReadonlyMap<string, DataKey> };

const DATA_KEY_PURPOSES = ['seal', 'pepper', 'status_index', 'limiter', 'totp'] as const;
type DataKeyPurpose = (typeof DATA_KEY_PURPOSES)[number];

const SIGNING_SLOTS = ['current', 'next'] as const;

/**
 * Makes the keys that are missing: a current and a next signing key, one data key a purpose. Idempotent; concurrent
 * calls wait for each other, and the unique slot lets only one win.
 */
export async function ensureKeys({ algorithm = 'ES256' }: { algorithm?: SigningAlgorithm } = {}): Promise<void> {
  const secrets = await rootSecrets();
  const isStored = await storedSlots(db());
  const missing = SIGNING_SLOTS.filter((slot) => !isStored('signing', slot));
  const prepared = await Promise.all(missing.map(() => prepareKey(algorithm)));
  await underKeyLock(async (tx, now) => {
    const isPresent = await storedSlots(tx);
    for (const slot of SIGNING_SLOTS) {
      if (isPresent('signing', slot)) continue;
      await storeKey(tx, prepared.pop() ?? (await prepareKey(algorithm)), slot, now);
    }
    const createdAt = new Date(now * 1_000);
    for (const purpose of DATA_KEY_PURPOSES) {
      if (isPresent(purpose, 'current')) continue;
      const id = toBase64Url(randomBytes(6));
      const wrapped = await wrapSecret(randomBytes(32), secrets, { purpose, id }, randomBytes);
      const data = { id, purpose, slot: 'current', createdAt, promotedAt: createdAt, ...wrapped };
      await tx.key.create({ data, select: { id: true } });
    }
  });
}

async function storedSlots(tx: Transaction): Promise<(purpose: string, slot: string) => boolean> {
  const taken = await tx.key.findMany({ where: { slot: { not: null } }, select: { purpose: true, slot: true } });
  return (purpose, slot) => taken.some((key) => key.purpose === purpose && key.slot === slot);
}

/** Reads and decrypts all keys. Throws when one is missing or was wrapped under a secret that is not listed. */
export async function loadKeyring(): Promise<Keyring> {
  const rows = await db().$queryRaw<Key[]>`
    SELECT * FROM "Key" WHERE "expiresAt" IS NULL OR "expiresAt" > now() ORDER BY "createdAt" DESC, id`;
  const signingRows = rows.filter((row) => row.purpose === 'signing');
  const current = signingRows.find((row) => row.slot === 'current');
  if (current === undefined) throw new Error('The database holds no signing key: run `npm run db:migrate`');
  const keySet = { keys: signingRows.map((row) => row.publicJwk) };
  const verifying = await importJwkSet(keySet);
  if (verifying === null) throw new Error('The stored key set cannot be read');
  const text = JSON.stringify(keySet);
  const [seal, pepper, statusIndex, limiter, totp] = await Promise.all(
    DATA_KEY_PURPOSES.map((purpose) => dataKeys(rows, purpose)),
  );
  if (!seal || !pepper || !statusIndex || !limiter || !totp) throw new Error('Data keys are missing');
  return {
    signing: await openSigningKey(current),
    verifying,
    published: { text, etag: await entityTag(text) },
    data: { seal, pepper, status_index: statusIndex, limiter, totp },
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
