import { describe, expect, test } from 'vitest';
import { networkPrefixOf } from '@/lib/core/http/network-address';
import { boundNetwork, isAtHome, networkClaim, networkToKeep } from '@/lib/core/session/network-binding';

const SID = 'AAAAAAAAAAAAAAAAAAAAAA';

describe('the network of an address', () => {
  test.each([
    ['203.0.113.7', '203.0.113.0/24'],
    ['203.0.113.255', '203.0.113.0/24'],
    ['203.0.114.7', '203.0.114.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
    ['2001:db8:1::1', '2001:db8:1::/48'],
    ['2001:db8:2::1', '2001:db8:2::/48'],
    ['::ffff:203.0.113.7', '203.0.113.0/24'],
    ['::1', '0:0:0::/48'],
  ])('of %s is %s', (address, network) => {
    expect(networkPrefixOf(address)).toBe(network);
  });
});

describe('a session that is bound to its network', () => {
  test('is good in the same network, and nowhere else', async () => {
    const home = boundNetwork('prefix', '203.0.113.7') ?? '';
    const claims = { sid: SID, net: await networkClaim(SID, home) };
    expect(await isAtHome(claims, boundNetwork('prefix', '203.0.113.99'))).toBe(true);
    expect(await isAtHome(claims, boundNetwork('prefix', '203.0.114.7'))).toBe(false);
    expect(await isAtHome(claims, boundNetwork('prefix', '2001:db8::1'))).toBe(false);
  });

  test('is refused where the trusted proxies name no address', async () => {
    const claims = { sid: SID, net: await networkClaim(SID, '203.0.113.0/24') };
    expect(await isAtHome(claims, boundNetwork('prefix', null))).toBe(false);
  });

  test('is not asked for its network while the setting is off', async () => {
    expect(boundNetwork('off', '203.0.113.7')).toBeNull();
    expect(await isAtHome({ sid: SID, net: 'another' }, null)).toBe(true);
  });

  test('that began without a known network, or before the setting, is good everywhere', async () => {
    expect(networkToKeep(boundNetwork('prefix', null))).toBeNull();
    expect(networkToKeep('203.0.113.0/24')).toBe('203.0.113.0/24');
    expect(await isAtHome({ sid: SID }, '203.0.113.0/24')).toBe(true);
  });

  test('shows in its token neither the network nor that another session shares it', async () => {
    const claim = await networkClaim(SID, '203.0.113.0/24');
    expect(claim).toMatch(/^[A-Za-z0-9_-]{12}$/);
    expect(await networkClaim(`B${SID.slice(1)}`, '203.0.113.0/24')).not.toBe(claim);
  });
});
