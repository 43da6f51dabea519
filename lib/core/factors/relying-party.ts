/** An IPv4 address as a URL spells it; the other kind stands in brackets. */
const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;

/**
 * The id of the relying party of passkeys (WebAuthn §5.1.4): the host of the origin, and no setting, so that a new domain
 * wants new passkeys. Null for an origin that is an address: no browser makes passkeys there.
 */
export function relyingPartyId(origin: string): string | null {
  const { hostname } = new URL(origin);
  return hostname.startsWith('[') || IPV4.test(hostname) ? null : hostname;
}
