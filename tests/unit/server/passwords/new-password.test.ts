import { dictionary } from '@zxcvbn-ts/language-common';
import { describe, expect, test } from 'vitest';
import { MAX_PASSWORD_LENGTH } from '@/lib/core/passwords/password-policy';
import { checkNewPassword } from '@/lib/server/passwords/new-password';
import passwords from '@/tests/fixtures/passwords.json';

const MIN = 15;
const verdict = async (
  password: string,
  context: { email: string; name?: string } = passwords.context,
  minLength = MIN,
): Promise<string> => {
  const checked = await checkNewPassword(password, { siteName: 'Handstamp', ...context }, minLength);
  return checked.ok ? 'accepted' : checked.code;
};

const badPasswords = passwords.bad.flatMap(([password, reason]) =>
  password === undefined || reason === undefined ? [] : [{ password, reason }],
);

test('the lists hold what was written', async () => {
  expect(badPasswords.length).toBeGreaterThanOrEqual(60);
  expect(passwords.good.length).toBeGreaterThanOrEqual(25);
});

describe('a guessable password is refused with the reason', () => {
  test.each(badPasswords)('$password: $reason', async ({ password, reason }) => {
    expect(await verdict(password)).toBe(reason);
  });

  test.each(passwords.runs)('%s, a run of the alphabet, of digits or of the keyboard', async (password) => {
    expect(['common', 'repetitive']).toContain(await verdict(password));
  });
});

describe('a password that was in a breach', () => {
  const LIST = dictionary['passwords-common'].map(String);
  const accepted = async (minLength: number, change = (password: string) => password): Promise<string[]> => {
    const candidates = LIST.map(change).filter((password) => [...password].length >= minLength);
    const verdicts = await Promise.all(candidates.map((one) => verdict(one, passwords.context, minLength)));
    return candidates.filter((_, at) => verdicts[at] === 'accepted');
  };

  test('is refused, each of the 3,000 most common that are long enough and the rare ones too, at 8 characters and at 15', async () => {
    expect(LIST.filter((password) => [...password].length >= 8).length).toBeGreaterThan(17_000);
    expect([await accepted(8), await accepted(MIN)]).toEqual([[], []]);
  });

  test('is refused in capitals as well, and with a mark at its end', async () => {
    expect(await accepted(MIN, (password) => password.toUpperCase())).toEqual([]);
    expect(await verdict('q1w2e3r4t5y6u7i8o9p0!')).toBe('common');
  });

  test('says nothing of a longer one that has it as a part', async () => {
    expect(await verdict('q1w2e3r4t5y6u7i8o9p0 and violet otters')).toBe('accepted');
  });
});

describe('a good passphrase is accepted in any script', () => {
  test.each(passwords.good)('%s', async (password) => {
    expect(await verdict(password)).toBe('accepted');
  });
});

describe('demo passwords', () => {
  test('pass for the accounts that have them', async () => {
    expect(await verdict('violet-otter-maps-the-harbour', { email: 'member@handstamp.test', name: 'Member' })).toBe(
      'accepted',
    );
    expect(await verdict('copper-lantern-tunes-the-orchard', { email: 'admin@handstamp.test', name: 'Admin' })).toBe(
      'accepted',
    );
  });
});

describe('length', () => {
  const text = (length: number) => 'kq3vz8prm2xwt6bnj4'.repeat(8).slice(0, length);

  test('is 15 to 128', async () => {
    expect(MAX_PASSWORD_LENGTH).toBe(128);
    const long = Array.from({ length: 129 }, (_, at) => String.fromCodePoint(0x4e00 + at * 7)).join('');
    expect(await Promise.all([text(14), text(15), long.slice(0, 128), long].map((one) => verdict(one)))).toEqual([
      'too_short',
      'accepted',
      'accepted',
      'too_long',
    ]);
  });

  test('follows the setting', async () => {
    expect([await verdict(text(11), passwords.context, 12), await verdict(text(12), passwords.context, 12)]).toEqual([
      'too_short',
      'accepted',
    ]);
  });

  test('counts code points after composition, not code units and not bytes', async () => {
    const composed = 'éáíóúñçàèìòùâêî';
    expect([...composed]).toHaveLength(15);
    expect(await verdict(composed)).toBe('accepted');
    expect(await verdict(composed.normalize('NFD'))).toBe('accepted');
    expect(await verdict(composed.slice(1))).toBe('too_short');
    expect(await verdict(composed.slice(1).normalize('NFD'))).toBe('too_short');
    const astral = Array.from({ length: 15 }, (_, at) => String.fromCodePoint(0x20000 + at * 5)).join('');
    expect(astral.length).toBe(30);
    expect(await verdict(astral)).toBe('accepted');
  });
});

describe('what surrounds the account', () => {
  test('is looked for in the address and in the name, in any case', async () => {
    const context = { email: 'x@bücherwurm.example', name: 'Zoë Ångström' };
    expect(await verdict('BÜCHERWURM-12345', context)).toBe('contains_context');
    expect(await verdict('ångström-ångström', context)).toBe('contains_context');
  });

  test('is found however its accents were typed', async () => {
    const context = { email: 'x@y.example', name: 'Zoë Ångström'.normalize('NFD') };
    expect(await verdict('ångström-ångström'.normalize('NFC'), context)).toBe('contains_context');
  });

  test('is no reason to refuse a long password that has enough of its own', async () => {
    expect(await verdict('fairweather over the grey harbour')).toBe('accepted');
    expect(await verdict('handstamp violet otter lantern')).toBe('accepted');
  });

  test('is not looked for in words of three letters', async () => {
    expect(await verdict('the lantern of the bay', { email: 'bay@the.of', name: 'Bay' })).toBe('accepted');
  });

  test('may be empty', async () => {
    expect(await verdict('violet-otter-maps-the-harbour', { email: '' })).toBe('accepted');
  });
});

test('characters with a meaning to patterns have none here', async () => {
  for (const password of [
    '.*.*.*(a+)+$xqzkvw7',
    '[[[[[[violet-otter-maps',
    '\\d\\w\\s{1,9}otters',
    '$&$1$`violetotter',
  ])
    expect(await verdict(password)).toBe('accepted');
  expect(await verdict('(.*)+@[a-z]$-12345678', { email: '(.*)+@[a-z]$' })).not.toBe('too_short');
});

test('a text of a megabyte is answered at once', async () => {
  const startedAt = performance.now();
  expect(await verdict('aß'.repeat(500_000))).toBe('too_long');
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});
