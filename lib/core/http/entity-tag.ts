import { toBase64Url, utf8 } from '../encoding';

const TAG_BYTES = 16;

/** A strong entity tag of exactly this text: the beginning of its SHA-256 (RFC 9110 §8.8.3). */
export async function entityTag(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', utf8(text));
  return `"${toBase64Url(new Uint8Array(digest, 0, TAG_BYTES))}"`;
}

/**
 * True when `ifNoneMatch` names `etag` (RFC 9110 §13.1.2): one tag or several, or `*`. Compared weakly, because a cache on
 * the way may have made a weak tag of ours when it compressed the text.
 */
export function namesEtag(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const named = ifNoneMatch.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return named.some((tag) => tag.replace(/^W\//, '') === etag);
}
