import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { hashLinkToken, newLinkToken } from '@/lib/core/token/link-token';
import { env } from '@/lib/server/config/env';
import { randomBytes } from '@/lib/server/keys/random';

/** A link to put into a mail, and what the database keeps of it. */
export type NewLink = { readonly url: string; readonly hash: Bytes };

/** Makes a link to the page at `path`. From the configured origin: the Host header is whatever a visitor says it is. */
export async function newLink(path: '/reset-password' | '/undo'): Promise<NewLink> {
  const token = newLinkToken(randomBytes);
  const hash = await hashLinkToken(token);
  if (hash === null) throw new Error('A new link token is none');
  return { url: `${env().appOrigin}${path}?token=${token}`, hash };
}
