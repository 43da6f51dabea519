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
