import 'server-only';
import { fromBase64Url, fromUtf8, toBase64Url, utf8 } from '@/lib/core/encoding';

/**
 * Where somebody stands in the list of users: by when they came, with the id that orders those of one moment; or by address,
 * in the list of a search.
 */
export type Place =
  | { readonly by: 'time'; readonly createdAt: Date; readonly id: string }
  | { readonly by: 'address'; readonly email: string };

const BY_TIME = /^(\d{1,14})\.([A-Za-z0-9_-]{22})$/;
const BY_ADDRESS = /^a\.([A-Za-z0-9_-]{1,400})$/;

export const timePlace = ({ createdAt, id }: { createdAt: Date; id: string }): string => `${createdAt.getTime()}.${id}`;

export const addressPlace = ({ email }: { email: string }): string => `a.${toBase64Url(utf8(email))}`;

/** The place that a text names; null for any other text. */
export function readPlace(text: string): Place | null {
  const [, milliseconds, id] = BY_TIME.exec(text) ?? [];
  if (milliseconds !== undefined && id !== undefined) {
    return { by: 'time', createdAt: new Date(Number(milliseconds)), id };
  }
  const bytes = fromBase64Url(BY_ADDRESS.exec(text)?.[1] ?? '');
  const email = bytes === null ? null : fromUtf8(bytes);
  return email === null || email === '' || email.includes('\0') ? null : { by: 'address', email };
}
