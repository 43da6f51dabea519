import { describe, expect, test } from 'vitest';
import { normalizeEmail } from '@/lib/core/email';

describe('an address is known under one spelling', () => {
  test.each([
    ['person@example.com', 'person@example.com'],
    ['  person@example.com\n', 'person@example.com'],
    ['Person@EXAMPLE.Com', 'person@example.com'],
    ['first.last+tag@sub.example.co.uk', 'first.last+tag@sub.example.co.uk'],
    ["o'brien@example.com", "o'brien@example.com"],
    ['a@b.co', 'a@b.co'],
    ['_-!#$%&*/=?^`{|}~@example.com', '_-!#$%&*/=?^`{|}~@example.com'],
    ['1234567890@123.com', '1234567890@123.com'],
    ['Jose\u0301@example.com', 'josé@example.com'],
    ['ünï@exämple.com', 'ünï@exämple.com'],
    ['用户@例子.公司', '用户@例子.公司'],
    ['x@xn--bcher-kva.example', 'x@xn--bcher-kva.example'],
    [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
  ])('%j as %j', (text, email) => {
    expect(normalizeEmail(text)).toBe(email);
  });

  test('which is its own normal form, for every character that may stand in it', () => {
    for (let point = 0x21; point < 0x11000; point += 1) {
      const once = normalizeEmail(`a${String.fromCodePoint(point)}b@example.com`);
      if (once !== null && normalizeEmail(once) !== once) throw new Error(`U+${point.toString(16)}`);
    }
  });
});

describe('no address', () => {
  test.each([
    '',
    ' ',
    '@',
    'a',
    'a@',
    '@b.co',
    'a@b',
    'a@localhost',
    'a@b.c',
    'a@.co',
    'a@b..co',
    'a@b.co.',
    'a@-b.co',
    'a@b-.co',
    'a@b_c.co',
    'a b@c.co',
    'a@b c.co',
    'a@b@c.co',
    'a@[127.0.0.1]',
    'a@127.0.0.1',
    '"a b"@c.co',
    'Name <a@b.co>',
    'a@b.co,c@d.co',
    'a@b.co;c@d.co',
    'a@b.co\nBcc: c@d.co',
    'a\r\n@b.co',
    'a(comment)@b.co',
    'a\\b@c.co',
    'mailto:a@b.co',
    'a@b.co?subject=x',
    'a@b.co/x',
    'a\u00a0b@c.co',
    'a@b\u3000.co',
    'a@b。co',
    `${'a'.repeat(65)}@b.co`,
    `a@${'b'.repeat(250)}.co`,
  ])('%j', (text) => {
    expect(normalizeEmail(text)).toBeNull();
  });

  test.each([
    ['NUL, which PostgreSQL cannot store', 'a\u0000b@example.com'],
    ['a bell', 'a\u0007b@example.com'],
    ['DEL', 'a\u007fb@example.com'],
    ['a C1 control', 'a\u0085b@example.com'],
    ['half a character', 'a\ud800b@example.com'],
    ['a change of direction, which shows another address', 'a\u202eb@example.com'],
    ['a character without width, which shows the same address', 'a\u200bb@example.com'],
  ])('with %s', (_name, text) => {
    expect(normalizeEmail(text)).toBeNull();
  });

  test.each(['a@example.--', 'a@example.c-', 'a@example.-c'])(
    '%j: a top-level name has no hyphen at its ends',
    (text) => {
      expect(normalizeEmail(text)).toBeNull();
    },
  );
});

test('a long text is answered at once', () => {
  const startedAt = performance.now();
  for (const text of ['a'.repeat(50_000), `a@${'a.'.repeat(25_000)}`, `a@${'a-'.repeat(120)}`, `a@${'a'.repeat(240)}!`])
    normalizeEmail(text);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});
