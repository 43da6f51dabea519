const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.|$)){4}$/;

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

/** An address in its plain form: no port, no brackets, IPv4 also when mapped into IPv6; null when it is none. */
function parseAddress(text: string): string | null {
  const bare = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? (/^[\d.]+:\d+$/.test(text) ? text.split(':')[0] : text);
  if (bare === undefined) return null;
  if (IPV4.test(bare)) return bare;
  const groups = ipv6Groups(bare);
  if (groups === null) return null;
  const mapped = /^::ffff:([\d.]+)$/i.exec(bare)?.[1];
  return mapped ?? bare.toLowerCase();
}

/** The network that one subscriber holds: an IPv4 address, or the /64 of an IPv6 address. */
export function networkOf(address: string): string {
  const groups = IPV4.test(address) ? null : ipv6Groups(address);
  return groups === null
    ? address
    : `${groups
        .slice(0, 4)
        .map((group) => group.toString(16))
        .join(':')}::/64`;
}

/** The eight groups of an IPv6 address (RFC 4291 §2.2); null when it is none. */
function ipv6Groups(text: string): number[] | null {
  if (!text.includes(':') || !URL.canParse(`http://[${text}]`)) return null;
  const [head = '', tail] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::');
  const read = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const front = read(head);
  const back = tail === undefined ? [] : read(tail);
  return tail === undefined ? front : [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
}
