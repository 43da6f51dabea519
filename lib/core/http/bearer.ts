/** The Bearer token of an `Authorization` header (RFC 6750 §2.1); null when the header has none. */
export const bearerToken = (authorization: string | null): string | null =>
  /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? null;
