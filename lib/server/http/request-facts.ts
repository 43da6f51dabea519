import 'server-only';
import { clientAddress } from '@/lib/core/http/network-address';
import { describeDevice, trimUserAgent } from '@/lib/core/http/user-agent';
import { boundNetwork } from '@/lib/core/session/network-binding';
import { env } from '@/lib/server/config/env';

/**
 * What a request says of the device and the network that it comes from. Shown and audited; used to decide only where
 * sessions are bound to networks.
 */
export type RequestFacts = {
  readonly userAgent: string | null;
  /** Such as "Firefox on Linux". */
  readonly device: string | null;
  /** Null unless trusted proxies stand in front: `TRUSTED_PROXY_HOPS`. */
  readonly ip: string | null;
};

export function requestFacts(headers: Headers): RequestFacts {
  const userAgent = trimUserAgent(headers.get('user-agent'));
  return { userAgent, device: describeDevice(userAgent), ip: addressOf(headers) };
}

const addressOf = (headers: Headers): string | null =>
  clientAddress(headers.get('x-forwarded-for'), env().trustedProxyHops);

/** The network to compare sessions with; null while `SESSION_NETWORK_BINDING` is off. */
export const networkNow = ({ ip }: Pick<RequestFacts, 'ip'>): string | null => boundNetwork(env().networkBinding, ip);

/** As `networkNow`, of a request. */
export const networkOfRequest = (headers: Headers): string | null => networkNow({ ip: addressOf(headers) });
