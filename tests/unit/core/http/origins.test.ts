import { describe, expect, test } from 'vitest';
import { isListableOrigin, isLoopbackHost, isVercel, publicOrigins } from '@/lib/core/http/origins';

describe('APP_ORIGIN', () => {
  test.each([
    ['https://app.example.com', 'https://app.example.com', true],
    ['https://app.example.com/', 'https://app.example.com', true],
    ['https://APP.Example.COM', 'https://app.example.com', true],
    ['https://app.example.com:443', 'https://app.example.com', true],
    ['https://app.example.com:8443', 'https://app.example.com:8443', true],
    ['https://bücher.example', 'https://xn--bcher-kva.example', true],
    ['https://localhost', 'https://localhost', true],
    ['http://localhost', 'http://localhost', false],
    ['http://localhost:3000', 'http://localhost:3000', false],
    ['http://LOCALHOST:3000', 'http://localhost:3000', false],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000', false],
    ['http://[::1]:3000', 'http://[::1]:3000', false],
    ['http://[0:0:0:0:0:0:0:1]:3000', 'http://[::1]:3000', false],
  ])('%s is %s', (APP_ORIGIN, appOrigin, isSecure) => {
    expect(publicOrigins({ APP_ORIGIN })).toMatchObject({ ok: true, appOrigin, isSecure });
  });

  test.each([
    'http://app.example.com',
    'http://localhost.evil.example',
    'http://localhost.',
    'http://evil.localhost',
    'http://127.0.0.1.nip.io',
    'http://127.0.0.1.evil.example:3000',
    'http://127.0.0.2',
    'http://127.1.1.1',
    'http://0.0.0.0:3000',
    'http://[::]',
    'http://[::ffff:127.0.0.1]',
    'http://[::2]',
    'http://10.0.0.1',
    'http://192.168.1.10:3000',
    'http://localhost@evil.example',
    'http://evil.example#localhost',
    'http://localhost:3000@evil.example',
    'http://localhosts',
    'http://ｌocalhost.example',
    'http://host.docker.internal:3000',
  ])('%s is refused: plain http is for this machine only', (APP_ORIGIN) => {
    expect(publicOrigins({ APP_ORIGIN })).toMatchObject({ ok: false, fault: expect.stringContaining('APP_ORIGIN') });
  });

  test.each([
    undefined,
    '',
    'app.example.com',
    'localhost:3000',
    '//app.example.com',
    'https://',
    'https://app.example.com/path',
    'https://app.example.com?x=1',
    'https://app.example.com#x',
    'https://user@app.example.com',
    'https://user:secret@app.example.com',
    'ftp://app.example.com',
    'javascript:alert(1)',
    'null',
    '*',
    'https://a.example,https://b.example',
    'file:///',
  ])('%s is no origin', (APP_ORIGIN) => {
    expect(publicOrigins(APP_ORIGIN === undefined ? {} : { APP_ORIGIN }).ok).toBe(false);
  });
});

describe('INTERNAL_ORIGIN', () => {
  const APP_ORIGIN = 'https://app.example.com';

  test.each([
    ['nothing', {}, 'http://127.0.0.1:3000'],
    ['the port of this server', { PORT: '4000' }, 'http://127.0.0.1:4000'],
    ['an empty port', { PORT: '' }, 'http://127.0.0.1:3000'],
    ['an address of its own', { INTERNAL_ORIGIN: 'http://web:3000', PORT: '4000' }, 'http://web:3000'],
    ['an empty address', { INTERNAL_ORIGIN: '', PORT: '4000' }, 'http://127.0.0.1:4000'],
    ['Vercel', { VERCEL: '1' }, APP_ORIGIN],
    ['Vercel in production', { VERCEL: '1', VERCEL_ENV: 'production', VERCEL_URL: 'app-abc.vercel.app' }, APP_ORIGIN],
  ])('with %s', (_name, source, internalOrigin) => {
    expect(publicOrigins({ APP_ORIGIN, ...source })).toMatchObject({ ok: true, appOrigin: APP_ORIGIN, internalOrigin });
  });

  test.each(['web:3000', 'http://web/api', 'nonsense', 'file:///x', 'http://user@web'])(
    '%s is refused',
    (INTERNAL_ORIGIN) => {
      expect(publicOrigins({ APP_ORIGIN, INTERNAL_ORIGIN })).toMatchObject({
        ok: false,
        fault: expect.stringContaining('INTERNAL_ORIGIN'),
      });
    },
  );

  test('a port that is none is refused', () => {
    expect(publicOrigins({ APP_ORIGIN, PORT: 'abc' }).ok).toBe(false);
    expect(publicOrigins({ APP_ORIGIN, PORT: '99999' }).ok).toBe(false);
  });
});

describe('a preview on Vercel', () => {
  const PREVIEW = {
    VERCEL: '1',
    VERCEL_ENV: 'preview',
    VERCEL_URL: 'app-git-x.vercel.app',
    APP_ORIGIN: 'https://app.example.com',
  };

  test('is its own app and refreshes against itself, never against production', () => {
    const origin = 'https://app-git-x.vercel.app';
    expect(publicOrigins(PREVIEW)).toMatchObject({
      ok: true,
      appOrigin: origin,
      internalOrigin: origin,
      isSecure: true,
    });
  });

  test('is the site of its branch, which people open, and reaches itself at its own address', () => {
    const VERCEL_BRANCH_URL = 'app-git-my-branch-team.vercel.app';
    expect(publicOrigins({ ...PREVIEW, VERCEL_BRANCH_URL })).toMatchObject({
      appOrigin: `https://${VERCEL_BRANCH_URL}`,
      internalOrigin: 'https://app-git-x.vercel.app',
      isSecure: true,
    });
    expect(publicOrigins({ ...PREVIEW, VERCEL_BRANCH_URL: '' })).toMatchObject({
      appOrigin: 'https://app-git-x.vercel.app',
    });
    expect(publicOrigins({ ...PREVIEW, VERCEL_BRANCH_URL, INTERNAL_ORIGIN: 'https://inside.example' })).toMatchObject({
      internalOrigin: 'https://inside.example',
    });
    expect(publicOrigins({ ...PREVIEW, VERCEL_BRANCH_URL, VERCEL_ENV: 'production' })).toMatchObject({
      appOrigin: 'https://app.example.com',
      internalOrigin: 'https://app.example.com',
    });
  });

  test('falls back to APP_ORIGIN when the platform names no address', () => {
    const { VERCEL_URL: _gone, ...rest } = PREVIEW;
    expect(publicOrigins(rest)).toMatchObject({ appOrigin: 'https://app.example.com' });
  });

  test('is not believed outside of previews', () => {
    expect(publicOrigins({ ...PREVIEW, VERCEL_ENV: 'production' })).toMatchObject({
      appOrigin: 'https://app.example.com',
    });
    expect(publicOrigins({ ...PREVIEW, VERCEL_ENV: undefined })).toMatchObject({
      appOrigin: 'https://app.example.com',
    });
  });
});

test.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['[::1]', true],
  ['::1', false],
  ['localhost.', false],
  ['localhost.evil.example', false],
  ['127.0.0.1.nip.io', false],
  ['127.0.0.2', false],
  ['LOCALHOST', false],
  ['', false],
])('host %j is this machine: %s', (host, expected) => {
  expect(isLoopbackHost(host)).toBe(expected);
});

test.each([
  [{ VERCEL: '1' }, true],
  [{ VERCEL: '' }, false],
  [{ VERCEL: '0' }, false],
  [{ VERCEL_ENV: 'production' }, false],
  [{}, false],
])('%j is Vercel: %s', (source: Readonly<Record<string, string>>, expected) => {
  expect(isVercel(source)).toBe(expected);
});

describe('an origin whose pages may be listed', () => {
  test.each([
    'https://app.example.com',
    'https://app.example.com:8443',
    'https://xn--bcher-kva.example',
    'http://localhost:5173',
    'http://[::1]:5173',
    'capacitor://localhost',
    'ionic://localhost',
    'tauri://localhost',
    'app://obsidian.md',
    'com.example.app://localhost',
    'capacitor://localhost:8080',
    'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
    'moz-extension://1a2b3c4d-0000-4000-8000-000000000000',
  ])('%s', (text) => {
    expect(isListableOrigin(text)).toBe(true);
  });

  test.each([
    '',
    '*',
    'null',
    'localhost',
    'app.example.com',
    'https://app.example.com/',
    'https://APP.example.com',
    'https://app.example.com:443',
    'https://app.example.com/path',
    'https://user@app.example.com',
    'https://*.example.com',
    'https://bücher.example',
    'http://',
    'capacitor://',
    'capacitor://localhost/',
    'capacitor://localhost?x',
    'capacitor://localhost#x',
    'capacitor://user@localhost',
    'capacitor://*',
    'capacitor:localhost',
    'Capacitor://localhost',
    'capacitor://local host',
    'capacitor://localhost:999999',
    '1app://localhost',
    '://localhost',
    'file://localhost',
    'file://',
    'ftp://files.example',
    'wss://app.example.com',
    'javascript://localhost',
    'data://localhost',
    'blob://localhost',
    'about://localhost',
  ])('is not %j', (text) => {
    expect(isListableOrigin(text)).toBe(false);
  });
});
