import ipaddr from 'ipaddr.js';

/** "[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]:65535": what is longer is no address. */
const MAX_LENGTH = 53;

/**
 * The library is more generous than a proxy's header should be: it takes a zone, groups of more than four digits, octets
 * in octal, and `::1.2.3.4`, which it reads as IPv4.
 */
const PLAIN_IPV6 = /^(?!::\d+\.)(?:[0-9a-f]{0,4}:)+(?:[0-9a-f]{0,4}|(?:(?:0|[1-9]\d*)(?:\.|$)){4})$/i;

/**
 * The network address of the client, from `X-Forwarded-For` as the nearest `trustedHops` proxies wrote it; null when it
 * is not known. Every proxy appends the address that it saw, so the n-th from the right is the client of the n-th
 * trusted proxy; whatever stands further left is the client's own claim. With no trusted proxy nothing is believed.
 */
export function clientAddress(forwardedFor: string | null, trustedHops: number): string | null {
  if (forwardedFor === null || trustedHops < 1) return null;
  const entry = forwardedFor.split(',').at(-trustedHops)?.trim();
  if (entry === undefined || entry.length > MAX_LENGTH) return null;
  return parse(withoutPort(entry))?.toString() ?? null;
}

/** Both spellings of a port, `1.2.3.4:443` and `[::1]:443`, and brackets alone. */
const withoutPort = (text: string): string =>
  /^\[([^[\]]*:[^[\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;

/**
 * An address, whose `toString` is its one spelling (RFC 5952 for IPv6); null when `text` is none. IPv4 that an IPv6
 * socket saw is IPv4 again, or all clients of such a socket would look like one network.
 */
function parse(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const isPlain = text.includes(':') ? PLAIN_IPV6.test(text) : ipaddr.IPv4.isValidFourPartDecimal(text);
  return isPlain && ipaddr.isValid(text) ? ipaddr.process(text) : null;
}

/** The network that one subscriber holds: an IPv4 address, or the /64 of an IPv6 address. */
export function networkOf(address: string): string {
  const parsed = parse(address);
  if (parsed === null) return address;
  return parsed instanceof ipaddr.IPv6 ? ipv6Network(parsed, 4) : parsed.toString();
}

/** What a session is bound to: IPv4 /24, IPv6 /48. Wide enough for the addresses that one provider deals out in turn. */
export function networkPrefixOf(address: string): string {
  const parsed = parse(address);
  if (parsed instanceof ipaddr.IPv6) return ipv6Network(parsed, 3);
  return `${(parsed?.toString() ?? address).split('.').slice(0, 3).join('.')}.0/24`;
}

/**
 * The networks of a client that share something with others, the narrowest first: what one subscriber holds, and the wider
 * one around it. Behind trusted proxies everybody has one: who came past them is `unknown` with all who did. Empty
 * without a trusted proxy, because then no network can be told from another.
 */
export function sharedNetworks(forwardedFor: string | null, trustedHops: number): readonly string[] {
  if (trustedHops < 1) return [];
  const address = clientAddress(forwardedFor, trustedHops);
  return address === null ? ['unknown'] : [networkOf(address), networkPrefixOf(address)];
}

const ipv6Network = ({ parts }: ipaddr.IPv6, groups: number): string =>
  `${parts
    .slice(0, groups)
    .map((part) => part.toString(16))
    .join(':')}::/${groups * 16}`;
