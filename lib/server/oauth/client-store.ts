import 'server-only';
import { equalBytes, newId, toBase64Url, utf8 } from '@/lib/core/encoding';
import { db } from '@/lib/server/database/client';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import { randomBytes } from '@/lib/server/keys/random';

/** A service that may ask about tokens meant for it. */
export type OAuthClient = {
  readonly id: string;
  readonly name: string;
  /** `aud` of the tokens that it is told about; null for our own origin. */
  readonly audience: string | null;
};

export type ListedOAuthClient = OAuthClient & { readonly createdAt: Date };

/** The only time that a secret is shown: the database keeps its hash. */
export type NewCredentials = { readonly id: string; readonly secret: string };

/** In front of a secret, so that secret scanners find one that leaked. */
const SECRET_PREFIX = 'hs_cs_';
const SECRET_SHAPE = /^hs_cs_[A-Za-z0-9_-]{43}$/;
const ID_SHAPE = /^[A-Za-z0-9_-]{22}$/;
const SHOWN = { id: true, name: true, audience: true, createdAt: true } as const;

/** True for text of the shape that our ids have. */
export const isClientId = (text: string): boolean => ID_SHAPE.test(text);

const newSecret = (): string => SECRET_PREFIX + toBase64Url(randomBytes(32));
const hashOf = async (secret: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(secret)));

/** Makes a resource server; null when the name is taken. */
export async function addClient(name: string, audience: string | null): Promise<NewCredentials | null> {
  const credentials = { id: newId(randomBytes), secret: newSecret() };
  const secretHash = await hashOf(credentials.secret);
  try {
    await db().client.create({ data: { id: credentials.id, name, audience, secretHash }, select: { id: true } });
    return credentials;
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') return null;
    throw error;
  }
}

/** All of them, by name. */
export const listClients = (): Promise<ListedOAuthClient[]> =>
  db().client.findMany({ orderBy: { name: 'asc' }, select: SHOWN });

/** Gives the one with this name or id a new secret; the old one is dead at once. Null when there is none. */
export async function renewClientSecret(nameOrId: string): Promise<NewCredentials | null> {
  const found = await db().client.findFirst({ where: byNameOrId(nameOrId), select: { id: true } });
  if (found === null) return null;
  const secret = newSecret();
  const secretHash = await hashOf(secret);
  await db().client.update({ where: { id: found.id }, data: { secretHash }, select: { id: true } });
  return { id: found.id, secret };
}

/** True when there was one. */
export async function removeClient(nameOrId: string): Promise<boolean> {
  const { count } = await db().client.deleteMany({ where: byNameOrId(nameOrId) });
  return count > 0;
}

const byNameOrId = (text: string) => ({ OR: [{ id: text }, { name: text }] });

/** The resource server with this id and secret; null otherwise. Text of another shape costs no statement. */
export async function findClient(id: string, secret: string): Promise<OAuthClient | null> {
  if (!isClientId(id) || !SECRET_SHAPE.test(secret)) return null;
  const found = await db().client.findUnique({ where: { id }, select: { ...SHOWN, secretHash: true } });
  if (found === null || !equalBytes(found.secretHash, await hashOf(secret))) return null;
  return { id: found.id, name: found.name, audience: found.audience };
}
