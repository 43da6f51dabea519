import { describe, expect, test } from 'vitest';
import { parseEnv } from '@/lib/server/config/env';
import { testEnvironment } from '@/tests/support/server/environment';

type Changes = Readonly<Record<string, string | undefined>>;

const BASE = testEnvironment('postgresql://nobody@127.0.0.1:1/none');
const faultsOf = (changes: Changes): readonly string[] => {
  const parsed = parseEnv({ ...BASE, ...changes });
  return parsed.ok ? [] : parsed.faults;
};
const envOf = (changes: Changes) => {
  const parsed = parseEnv({ ...BASE, ...changes });
  if (!parsed.ok) throw new Error(parsed.faults.join('; '));
  return parsed.env;
};
const secretOf = (bytes: number) => Buffer.alloc(bytes, 'not random, but long').toString('base64url');

/** Changes that make settings wrong, and the one fault that names it. */
const WRONG: readonly (readonly [Changes, RegExp])[] = [
  [{ AUTH_SECRET: undefined }, /^AUTH_SECRET is missing/],
  [{ AUTH_SECRET: '' }, /^AUTH_SECRET is empty/],
  [{ AUTH_SECRET: secretOf(31) }, /^AUTH_SECRET is too short/],
  [{ AUTH_SECRET: 'correct horse battery staple!' }, /^AUTH_SECRET must be base64url/],
  [{ APP_ORIGIN: undefined }, /^APP_ORIGIN is missing/],
  [{ APP_ORIGIN: 'http://app.example.com' }, /^APP_ORIGIN must be https/],
  [{ APP_ORIGIN: 'http://localhost.example.com' }, /^APP_ORIGIN must be https/],
  [{ APP_ORIGIN: 'https://example.com/app' }, /^APP_ORIGIN must be an origin/],
  [{ DATABASE_URL: undefined }, /^DATABASE_URL is missing/],
  [{ DATABASE_URL: 'mysql://root@localhost/x' }, /^DATABASE_URL must begin with postgres/],
  [{ REFRESH_GRACE_SECONDS: '30', ACCESS_TOKEN_TTL_SECONDS: '60' }, /^REFRESH_GRACE_SECONDS must stay below half/],
  [{ SESSION_IDLE_SECONDS: '601', SESSION_ABSOLUTE_SECONDS: '600' }, /^SESSION_IDLE_SECONDS must not exceed/],
  [{ ACCESS_TOKEN_TTL_SECONDS: '901' }, /^ACCESS_TOKEN_TTL_SECONDS .*900/],
  [{ ACCESS_TOKEN_TTL_SECONDS: '86400' }, /^ACCESS_TOKEN_TTL_SECONDS .*900/],
  [{ SESSION_NETWORK_BINDING: 'prefix', TRUSTED_PROXY_HOPS: '0' }, /^SESSION_NETWORK_BINDING needs TRUSTED_PROXY_HOPS/],
  [
    { SESSION_NETWORK_BINDING: 'prefix', TRUSTED_PROXY_HOPS: '1', VERCEL: '1' },
    /^SESSION_NETWORK_BINDING must be off on Vercel/,
  ],
  [{ SESSION_NETWORK_BINDING: 'exact' }, /^SESSION_NETWORK_BINDING /],
  [{ DIRECT_TOKEN_SIGN_IN: 'no' }, /^DIRECT_TOKEN_SIGN_IN /],
  [{ HANDSTAMP_DATA: '/tmp/nowhere', APP_ORIGIN: 'https://app.example.com' }, /^APP_ORIGIN must be localhost/],
  [{ CORS_ORIGINS: 'anything' }, /^CORS_ORIGINS must be origins/],
  [{ CORS_ORIGINS: '*' }, /^CORS_ORIGINS must be origins/],
  [{ CORS_ORIGINS: 'null' }, /^CORS_ORIGINS must be origins/],
  [{ CORS_ORIGINS: 'https://app.example.org, https://app.example.org/x' }, /^CORS_ORIGINS must be origins/],
  [{ TOKEN_AUDIENCES: 'billing' }, /^TOKEN_AUDIENCES must be absolute URLs/],
  [{ SMTP_URL: 'mail.example.com:465' }, /^SMTP_URL must be a URL/],
  [{ SMTP_URL: 'http://mail.example.com' }, /^SMTP_URL must be a URL/],
  [{ SMTP_URL: 'smtp://' }, /^SMTP_URL must be a URL/],
  [{ SMTP_URL: 'smtps://user:pa/ss@mail.example.com:465' }, /^SMTP_URL must be a URL/],
  [{ SMTP_URL: 'smtps://user:pa#ss@mail.example.com:465' }, /^SMTP_URL must be a URL/],
  [{ SMTP_URL: 'smtps://mail.example.com#x' }, /^SMTP_URL must be a URL/],
  [{ PASSWORD_HASH_COST: '9' }, /^PASSWORD_HASH_COST .*10/],
  [{ PASSWORD_HASH_COST: '16' }, /^PASSWORD_HASH_COST .*15/],
  [{ DRAIN_SECONDS: '-1' }, /^DRAIN_SECONDS .*0/],
  [{ DRAIN_SECONDS: '61' }, /^DRAIN_SECONDS .*60/],
  [{ MAIL_FROM: 'Handstamp' }, /^MAIL_FROM must be one mailbox/],
  [{ MAIL_FROM: 'a@example.com, b@example.com' }, /^MAIL_FROM must be one mailbox/],
  [{ CRON_SECRET: 'x' }, /^CRON_SECRET is too short/],
  [{ CRON_SECRET: 'x'.repeat(31) }, /^CRON_SECRET is too short/],
  [{ CRON_SECRET: ` ${'x'.repeat(31)} ` }, /^CRON_SECRET is too short/],
];

describe('a wrong setting is named in one sentence, without its value', () => {
  test.each(WRONG)('%j', (changes, sentence) => {
    const faults = faultsOf(changes);
    expect(faults).toEqual([expect.stringMatching(sentence)]);
    for (const value of Object.values(changes)) {
      if (value !== undefined && value.length > 20) expect(faults[0]).not.toContain(value);
    }
  });

  test('with all others that are wrong', () => {
    const faults = faultsOf({
      AUTH_SECRET: undefined,
      DATABASE_URL: undefined,
      PASSWORD_MIN_LENGTH: '3',
      SMTP_URL: 'x',
    });
    const names = faults.map((fault) => fault.split(' ', 1)[0]);
    expect(names).toEqual(['DATABASE_URL', 'AUTH_SECRET', 'PASSWORD_MIN_LENGTH', 'SMTP_URL']);
  });
});

describe('a setting is taken', () => {
  test.each<Changes>([
    {},
    { SESSION_IDLE_SECONDS: '600', SESSION_ABSOLUTE_SECONDS: '600' },
    { ACCESS_TOKEN_TTL_SECONDS: '900' },
    { SESSION_NETWORK_BINDING: 'prefix', TRUSTED_PROXY_HOPS: '1' },
    { SESSION_NETWORK_BINDING: 'off', VERCEL: '1' },
    { SMTP_URL: 'smtp://127.0.0.1:2525' },
    { SMTP_URL: 'smtps://user%40example.com:p%23ss@mail.example.com:465' },
    { SMTP_URL: 'smtp://mail.example.com:587?requireTLS=true' },
    { SMTP_URL: 'SMTP://mail.example.com/' },
  ])('%j', (changes) => {
    expect(faultsOf(changes)).toEqual([]);
  });

  test('for the drain of a server that ends, which is three seconds when nothing is said', () => {
    const drainOf = (seconds?: string) => envOf({ DRAIN_SECONDS: seconds }).drainSeconds;
    expect([drainOf(), drainOf('0'), drainOf('60')]).toEqual([3, 0, 60]);
  });

  test('for the work of a hash, which is 2^12 rounds when nothing is said', () => {
    const costOf = (cost?: string) => envOf({ PASSWORD_HASH_COST: cost }).passwordHashCost;
    expect([costOf(), costOf('10')]).toEqual([12, 10]);
  });

  test('as it is written: origins of pages and of applications', () => {
    const CORS_ORIGINS = 'https://app.example.org, capacitor://localhost,https://app.example.org';
    expect(envOf({ CORS_ORIGINS }).corsOrigins).toEqual(['https://app.example.org', 'capacitor://localhost']);
  });

  test('and stands for its default where it is empty', () => {
    const { mailFrom, smtpUrl, cronSecret } = envOf({ MAIL_FROM: ' ', SMTP_URL: '', CRON_SECRET: '' });
    expect([mailFrom, smtpUrl, cronSecret]).toEqual(['Handstamp <no-reply@localhost>', null, null]);
    expect(envOf({ MAIL_FROM: undefined }).mailFrom).toBe('Handstamp <no-reply@localhost>');
    expect(envOf({ CRON_SECRET: 'x'.repeat(32) }).cronSecret).toBe('x'.repeat(32));
  });

  test('of the platform says where it runs', () => {
    expect(envOf({}).isVercel).toBe(false);
    expect(envOf({ VERCEL: '1' }).isVercel).toBe(true);
  });
});
