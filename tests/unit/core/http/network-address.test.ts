import { describe, expect, test } from 'vitest';
import { clientAddress, networkOf, sharedNetworks } from '@/lib/core/http/network-address';

describe('the address of the client', () => {
  test.each([
    ['of one proxy', '203.0.113.7', 1, '203.0.113.7'],
    ['of one proxy, behind what the client claims', '10.0.0.1, 203.0.113.7', 1, '203.0.113.7'],
    ['of two proxies', '203.0.113.7, 198.51.100.2', 2, '203.0.113.7'],
    ['of two proxies, behind what the client claims', '1.1.1.1,2.2.2.2, 203.0.113.7, 198.51.100.2', 2, '203.0.113.7'],
    ['with a port', '203.0.113.7:51234', 1, '203.0.113.7'],
    ['of IPv6', '2001:db8::7', 1, '2001:db8::7'],
    ['of IPv6 in capital letters', '2001:DB8::ABCD', 1, '2001:db8::abcd'],
    ['of IPv6 in brackets', '[2001:db8::7]', 1, '2001:db8::7'],
    ['of IPv6 in brackets with a port', '[2001:db8::7]:443', 1, '2001:db8::7'],
    ['of IPv4 mapped into IPv6', '::ffff:203.0.113.7', 1, '203.0.113.7'],
    ['of IPv4 mapped, in capitals', '::FFFF:203.0.113.7', 1, '203.0.113.7'],
    ['of IPv4 mapped, in hex', '::ffff:cb00:7107', 1, '203.0.113.7'],
    ['of IPv4 mapped, written out', '0:0:0:0:0:ffff:203.0.113.7', 1, '203.0.113.7'],
  ])('%s', (_name, header, hops, address) => {
    expect(clientAddress(header, hops)).toBe(address);
  });

  test.each([
    ['without trusted proxies, whatever the header says', '203.0.113.7', 0],
    ['with a negative number of them', '203.0.113.7', -1],
    ['without header', null, 1],
    ['with an empty header', '', 1],
    ['when fewer proxies wrote than are trusted', '203.0.113.7', 2],
  ])('is not known %s', (_name, header, hops) => {
    expect(clientAddress(header, hops)).toBeNull();
  });

  test.each([
    'unknown',
    '_hidden',
    'localhost',
    'example.com',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '1.2.3.-4',
    '1.2.3.4/24',
    '0x7f.0.0.1',
    '2130706433',
    '1.2.3.4.',
    '01.2.3.4',
    '1.2.3.4 5.6.7.8',
    ':',
    '::g',
    '1::2::3',
    '2001:db8::7%eth0',
    '[2001:db8::7',
    '2001:db8::7]',
    '[::1]x',
    '::ffff:1.2.3.256',
    "' OR 1=1",
    '<script>',
    '\u0661.2.3.4',
    '1.2.3.4\u0000',
    '::1]/[',
    '::1]@[::2',
    '::1]:80/<b>[',
    '[1.2.3.4]',
    '::1.2.3.4',
    '::ffff:01.2.3.4',
    '2001:db8::00007',
    `${'0'.repeat(60)}::1`,
    `1.2.3.4:${'1'.repeat(60)}`,
  ])('is not %j', (text) => {
    expect(clientAddress(text, 1)).toBeNull();
  });
});

describe('the network that one subscriber holds', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8::7', '2001:db8:0:0::/64'],
    ['2001:0db8:0000:0000:ffff::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1:2:3:4', 'fe80:0:0:0::/64'],
    ['1::8', '1:0:0:0::/64'],
    ['1:2:3:4:5:6:7::', '1:2:3:4::/64'],
  ])('%s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  test('is the same for all addresses of a /64 and another one for its neighbour', () => {
    const networks = ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:DB8:1:2:0:0:0:9'].map(networkOf);
    expect(new Set(networks).size).toBe(1);
    expect(networkOf('2001:db8:1:3::1')).not.toBe(networks[0]);
  });

  test('tells two IPv4 clients of an IPv6 socket apart', () => {
    const [one, other] = ['::ffff:cb00:7107', '::ffff:cb00:7108'].map((text) =>
      networkOf(clientAddress(text, 1) ?? ''),
    );
    expect(one).not.toBe(other);
  });
});

describe('the networks that share something with others', () => {
  test.each<[string, string | null, number, readonly string[]]>([
    ['what one subscriber holds, and what is around it', '203.0.113.7', 1, ['203.0.113.7', '203.0.113.0/24']],
    ['of IPv6 too', '2001:db8:1:2:3:4:5:6', 1, ['2001:db8:1:2::/64', '2001:db8:1::/48']],
    ['as the trusted proxies saw it', '198.51.100.1, 203.0.113.7', 2, ['198.51.100.1', '198.51.100.0/24']],
    ['one for all who came past the proxies', null, 1, ['unknown']],
    ['and for who was named by nonsense', 'x', 1, ['unknown']],
    ['none without a trusted proxy', '203.0.113.7', 0, []],
  ])('are %s', (_what, forwardedFor, hops, networks) => {
    expect(sharedNetworks(forwardedFor, hops)).toEqual(networks);
  });
});
