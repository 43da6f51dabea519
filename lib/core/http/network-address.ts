const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);
const IPV6_CHARACTERS = /^[0-9a-f:.]+$/i;

/**
 * The network address of the client, from `X-Forwarded-For` as the nearest `trustedHops` proxies wrote it; null when it
 * is not known. Every proxy appends the address that it saw, so the n-th from the right is the client of the n-th
 * trusted proxy; whatever stands further left is the client's own claim. With no trusted proxy nothing is believed.
 */
export function clientAddress(forwardedFor: string | null, trustedHops: number): string | null {
  if (forwardedFor === null || trustedHops < 1) return null;
  const entry = forwardedFor.split(',').at(-trustedHops)?.trim();
  return entry === undefined ? null : parseAddress(entry);
}

/**
 * An address in its one spelling (RFC 5952 for IPv6), without port and brackets; null when it is none. IPv4 that an IPv6
 * socket saw is IPv4 again, or all clients of such a socket would look like one network.
 */
function parseAddress(text: string): string | null {
  const ipv4 = /^([\d.]+)(?::\d+)?$/.exec(text)?.[1];
  if (ipv4 !== undefined) return IPV4.test(ipv4) ? ipv4 : null;
  const ipv6 = /^\[([^[\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? text;
  const groups = ipv6Groups(ipv6);
  return groups === null ? null : (mappedIpv4(groups) ?? canonicalIpv6(ipv6));
}

/** The network that one subscriber holds: an IPv4 address, or the /64 of an IPv6 address. */
export function networkOf(address: string): string {
  const groups = ipv6Groups(address);
  if (groups === null) return address;
  const mapped = mappedIpv4(groups);
  if (mapped !== null) return mapped;
  const prefix = groups.slice(0, 4).map((group) => group.toString(16));
  return `${prefix.join(':')}::/64`;
}

/** What a session is bound to: IPv4 /24, IPv6 /48. Wide enough for the addresses that one provider deals out in turn. */
export function networkPrefixOf(address: string): string {
  const network = networkOf(address);
  if (network.includes(':')) return `${network.split(':').slice(0, 3).join(':')}::/48`;
  return `${network.split('.').slice(0, 3).join('.')}.0/24`;
}

function mappedIpv4(groups: readonly number[]): string | null {
  const [high = 0, low = 0] = groups.slice(6);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  return isMapped ? `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}` : null;
}

const canonicalIpv6 = (address: string): string => new URL(`http://[${address}]`).hostname.slice(1, -1);

/** The eight groups of an IPv6 address (RFC 4291 §2.2); null when it is none. */
function ipv6Groups(text: string): number[] | null {
  if (!text.includes(':') || !IPV6_CHARACTERS.test(text) || !URL.canParse(`http://[${text}]`)) return null;
  const [head = '', tail] = canonicalIpv6(text).split('::');
  const read = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const front = read(head);
  const back = tail === undefined ? [] : read(tail);
  return tail === undefined ? front : [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
}
