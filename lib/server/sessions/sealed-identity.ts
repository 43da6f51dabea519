import 'server-only';
import { z } from 'zod';
import { fromBase64Url, toBase64Url } from '@/lib/core/encoding';
import { newSessionIdentity, type SessionIdentity } from './start';

/** What a session will be known by, as a sealed token holds it until the session begins. */
export const sealedIdentitySchema = z.object({ id: z.string(), secret: z.string() });
export type SealedIdentity = z.infer<typeof sealedIdentitySchema>;

/** For a session that has not begun. */
export function newSealedIdentity(): SealedIdentity {
  const { id, secret } = newSessionIdentity();
  return { id, secret: toBase64Url(secret) };
}

/** The same, opened; null for a secret that is none. */
export function openIdentity({ id, secret }: SealedIdentity): SessionIdentity | null {
  const bytes = fromBase64Url(secret);
  return bytes === null ? null : { id, secret: bytes };
}
