import 'server-only';
import { fromBase64Url, toBase64Url } from '@/lib/core/encoding';
import { db } from '@/lib/server/database/client';
import { IS_OPEN_ACCOUNT } from '@/lib/server/users/account-state';
import { PUBLIC_COLUMNS, type PublicUser } from '@/lib/server/users/user-store';

/** How a browser is told of a passkey. `id` is the credential's, base64url. */
export type PasskeyDescriptor = { readonly id: string; readonly transports: string[] };

/** A passkey that somebody signs with, and whose it is. */
export type KnownPasskey = {
  readonly id: string;
  readonly user: PublicUser;
  readonly isDisabled: boolean;
  /** `user.id` of WebAuthn, base64url. */
  readonly handle: string | null;
  /** COSE. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly counter: number;
  readonly backupEligible: boolean;
};

type Row = PublicUser & {
  passkeyId: string;
  isDisabled: boolean;
  handle: Uint8Array | null;
  publicKey: Uint8Array;
  counter: number;
  backupEligible: boolean;
};

/** Null when nobody has a passkey of that credential id (base64url). */
export async function findPasskey(credentialId: string): Promise<KnownPasskey | null> {
  const bytes = fromBase64Url(credentialId);
  if (bytes === null) return null;
  const [row] = await db().$queryRaw<Row[]>`
    SELECT ${PUBLIC_COLUMNS}, k.id AS "passkeyId", NOT ${IS_OPEN_ACCOUNT} AS "isDisabled", u."passkeyHandle" AS handle,
      k."publicKey", k.counter::float8 AS counter, k."backupEligible"
    FROM "Passkey" k JOIN "User" u ON u.id = k."userId" WHERE k."credentialId" = ${bytes}`;
  if (row === undefined) return null;
  const { passkeyId: id, isDisabled, handle, publicKey, counter, backupEligible, ...user } = row;
  return {
    id,
    user,
    isDisabled,
    handle: handle === null ? null : toBase64Url(handle),
    publicKey: new Uint8Array(publicKey),
    counter,
    backupEligible,
  };
}

/** The passkeys of a person, for their browser. */
export async function passkeysOf(userId: string): Promise<readonly PasskeyDescriptor[]> {
  const rows = await db().$queryRaw<{ credentialId: Uint8Array; transports: string[] }[]>`
    SELECT "credentialId", transports FROM "Passkey" WHERE "userId" = ${userId} ORDER BY "createdAt", id`;
  return rows.map(({ credentialId, transports }) => ({ id: toBase64Url(credentialId), transports }));
}

/** The same, and the `user.id` (base64url) under which they are kept; null before the first one was made. */
export async function passkeysAndHandleOf(
  userId: string,
): Promise<{ readonly passkeys: readonly PasskeyDescriptor[]; readonly handle: string | null }> {
  const rows = await db().$queryRaw<
    { handle: Uint8Array | null; credentialId: Uint8Array | null; transports: string[] | null }[]
  >`
    SELECT u."passkeyHandle" AS handle, k."credentialId", k.transports
    FROM "User" u LEFT JOIN "Passkey" k ON k."userId" = u.id WHERE u.id = ${userId} ORDER BY k."createdAt", k.id`;
  const handle = rows[0]?.handle ?? null;
  const passkeys = rows.flatMap(({ credentialId, transports }) =>
    credentialId === null ? [] : [{ id: toBase64Url(credentialId), transports: transports ?? [] }],
  );
  return { passkeys, handle: handle === null ? null : toBase64Url(handle) };
}
