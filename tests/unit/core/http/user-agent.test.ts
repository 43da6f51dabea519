import { describe, expect, test } from 'vitest';
import { describeDevice, describeProgram, trimUserAgent } from '@/lib/core/http/user-agent';

const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';

describe('a device', () => {
  test.each([
    ['Chrome on Windows', `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME}`],
    ['Chrome on macOS', `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${CHROME}`],
    ['Chrome on Linux', `Mozilla/5.0 (X11; Linux x86_64) ${CHROME.replace('Chrome', 'HeadlessChrome')}`],
    [
      'Chrome on Android',
      'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36',
    ],
    ['Chrome on ChromeOS', `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${CHROME}`],
    [
      'Chrome on iOS',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0 Mobile/15E148 Safari/604.1',
    ],
    ['Edge on Windows', `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Edg/141.0.0.0`],
    ['Edge on Android', `Mozilla/5.0 (Linux; Android 10; K) ${CHROME} EdgA/141.0.0.0`],
    [
      'Edge on iOS',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 EdgiOS/141.0 Mobile/15E148 Safari/605.1.15',
    ],
    ['Opera on Windows', `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} OPR/125.0.0.0`],
    [
      'Samsung Internet on Android',
      'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36',
    ],
    ['Firefox on Linux', 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0'],
    ['Firefox on Windows', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0'],
    [
      'Firefox on iOS',
      'Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/145.0 Mobile/15E148 Safari/605.1.15',
    ],
    [
      'Safari on macOS',
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
    ],
    [
      'Safari on iOS',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1',
    ],
  ])('is %s', (device, userAgent) => {
    expect(describeDevice(userAgent)).toBe(device);
  });

  test.each([
    ['Linux', 'something (Linux)'],
    ['Firefox', 'Firefox/145.0'],
  ])('is half known: %s', (device, userAgent) => {
    expect(describeDevice(userAgent)).toBe(device);
  });

  test.each([null, '', 'curl/8.5.0', 'node', '<script>alert(1)</script>', 'x'.repeat(10_000)])(
    'is not known: %#',
    (userAgent) => {
      expect(describeDevice(userAgent)).toBeNull();
    },
  );

  test.each(['curl/7.88.1 (x86_64-pc-linux-gnu) libcurl/7.88.1', 'python-requests/2.31.0 (linux)', 'evil/1.0 (x'])(
    'is not told of a program: %s',
    (userAgent) => {
      expect(describeDevice(userAgent)).toBeNull();
    },
  );

  test('is told in our words alone, whatever the header says', () => {
    expect(describeDevice('<b>Firefox/1</b> Windows <script>')).toBe('Firefox on Windows');
    expect(describeDevice('<b>Somebody</b>/1.0 (Linux) (x')).toBe('Linux');
  });

  test('is looked for in the first 256 characters only, so that a long header costs no more than a short one', () => {
    expect(describeDevice(`${'x'.repeat(256)} Firefox/145.0 (X11; Linux x86_64)`)).toBeNull();
  });
});

test('of a user agent the first 256 characters are kept', () => {
  expect(trimUserAgent('x'.repeat(257))).toBe('x'.repeat(256));
  expect(trimUserAgent('short')).toBe('short');
  expect(trimUserAgent(null)).toBeNull();
});

describe('a program', () => {
  test.each([
    ['curl/8.5.0', 'curl'],
    ['billing-sync', 'billing-sync'],
    ['python-requests/2.31.0 (linux)', 'python-requests'],
    ['node', 'node'],
    ['<script>alert(1)</script>', null],
    ['(nothing)', null],
    [`${'a'.repeat(60)}/1`, null],
    ['', null],
    [null, null],
  ])('%j is %j', (userAgent, expected) => {
    expect(describeProgram(userAgent)).toBe(expected);
  });
});
