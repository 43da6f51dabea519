import { toBase64Url, utf8 } from '../encoding';
import { networkPrefixOf } from '../http/network-address';

/** Whether sessions are good in the network that they began in only: `SESSION_NETWORK_BINDING`. */
export const NETWORK_BINDINGS = ['off', 'prefix'] as const;
export type NetworkBinding = (typeof NETWORK_BINDINGS)[number];

/** What stands for a network when the trusted proxies named no address. Equal to no session's network. */
const UNKNOWN_NETWORK = 'unknown';
const DIGEST_BYTES = 9;

/** The network of a client at `address`, to compare sessions with; null when sessions are not bound at all. */
export function boundNetwork(binding: NetworkBinding, address: string | null): string | null {
  if (binding === 'off') return null;
  return address === null ? UNKNOWN_NETWORK : networkPrefixOf(address);
}

/** The network to bind a new session to; null, not bound, where it is not known. */
export const networkToKeep = (network: string | null): string | null => (network === UNKNOWN_NETWORK ? null : network);

/**
 * The `net` claim of a bound session's access token. A digest over session and network, so that tokens do not name the
 * network, nor show that two sessions share one. A holder of the token can still try networks: the digest is no secret.
 */
export async function networkClaim(sessionId: string, network: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', utf8(`handstamp/network/v1 ${sessionId} ${network}`));
  return toBase64Url(new Uint8Array(digest, 0, DIGEST_BYTES));
}

/** True when a token may come from `network`: sessions are not bound, this one is not, or it is the right one. */
export async function isAtHome(
  claims: { readonly sid: string; readonly net?: string },
  network: string | null,
): Promise<boolean> {
  const { sid, net } = claims;
  if (network === null || net === undefined) return true;
  return (await networkClaim(sid, network)) === net;
}
