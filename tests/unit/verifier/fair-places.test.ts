import { describe, expect, test } from 'vitest';
import { fairPlaces, type Places } from '@/lib/verifier/fair-places';

/** Takes as many as there are for these networks; how many. */
function flood(places: Places, networks: (at: number) => readonly string[], most = 1_000): number {
  let count = 0;
  while (count < most && places.take(networks(count)) !== null) count += 1;
  return count;
}

// Promise: Behind a trusted proxy, made-up refresh cookies of one network
describe('256 places', () => {
  test('are all for whom no network is known', () => {
    const places = fairPlaces(256);
    expect(flood(places, () => [])).toBe(256);
  });

  test('are half for one network, and somebody of another finds one then', () => {
    const places = fairPlaces(256);
    expect(flood(places, () => ['203.0.113.7'])).toBe(128);
    expect(places.take(['198.51.100.1'])).not.toBeNull();
  });

  test('are shared evenly by two networks that take all they can get, and a third one is served', () => {
    const places = fairPlaces(256);
    const counts = { a: 0, b: 0 };
    for (let turn = 0; turn < 1_000; turn += 1) {
      if (places.take(['a']) !== null) counts.a += 1;
      if (places.take(['b']) !== null) counts.b += 1;
    }
    expect(Math.abs(counts.a - counts.b)).toBeLessThanOrEqual(1);
    expect(counts.a + counts.b).toBeLessThan(180);
    expect(places.take(['c'])).not.toBeNull();
  });

  test('cannot be used up by the narrow networks of one wide one', () => {
    const places = fairPlaces(256);
    expect(flood(places, (at) => [`2001:db8:0:${at}::/64`, '2001:db8:0::/48'])).toBeLessThan(180);
    expect(places.take(['2001:db8:1:1::/64', '2001:db8:1::/48'])).not.toBeNull();
  });

  test('cannot be used up for its neighbours by one narrow network of a wide one', () => {
    const places = fairPlaces(256);
    expect(flood(places, () => ['2001:db8:0:1::/64', '2001:db8:0::/48'])).toBe(128);
    expect(places.take(['2001:db8:0:2::/64', '2001:db8:0::/48'])).not.toBeNull();
  });
});

test('a place that was left is there again, once', () => {
  const places = fairPlaces(2);
  const [one, two] = [places.take([]), places.take([])];
  expect(places.take([])).toBeNull();
  one?.leave();
  one?.leave();
  expect(places.take(['a'])).not.toBeNull();
  expect(places.take([])).toBeNull();
  two?.leave();
  expect(places.take(['a'])).toBeNull();
  expect(places.take(['b'])).not.toBeNull();
});
