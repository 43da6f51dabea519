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
    ['ünï@exämple.com', 'ünï@xn--exmple-cua.com'],
    ['用户@例子.公司', '用户@xn--fsqu00a.xn--55qx5d'],
    ['ada@bücher.test', 'ada@xn--bcher-kva.test'],
    ['ada@BÜCHER.test', 'ada@xn--bcher-kva.test'],
    ['ada@bu\u0308cher.test', 'ada@xn--bcher-kva.test'],
    ['ada@XN--BCHER-KVA.test', 'ada@xn--bcher-kva.test'],
    ['a@xn--bcher-kva.de', 'a@xn--bcher-kva.de'],
    ['user@ｇmail.com', 'user@gmail.com'],
    ['user@ＧＭＡＩＬ.ＣＯＭ', 'user@gmail.com'],
    ['two@𝐞xample.com', 'two@example.com'],
    ['v@ⅿail.example.com', 'v@mail.example.com'],
    ['v@ªbc.com', 'v@abc.com'],
    ['v@₁₂₃.com', 'v@123.com'],
    ['v@ﬁne.com', 'v@fine.com'],
    ['v@faß.de', 'v@xn--fa-hia.de'],
    ['v@FAẞ.de', 'v@xn--fa-hia.de'],
    ['v@ΒΌΛΟΣ.gr', 'v@xn--nxasmq6b.gr'],
    ['v@paral·lel.cat', 'v@xn--parallel-koa.cat'],
    ['v@example.भारत', 'v@example.xn--h2brj9c'],
    ['i\u0307@example.com', 'i\u0307@example.com'],
    ['ПОЧТА@example.com', 'почта@example.com'],
    ["'@example.com", "'@example.com"],
    ['a@1.2.3.4.example', 'a@1.2.3.4.example'],
    ['a@0x7f.1.example', 'a@0x7f.1.example'],
    ['x@xn--bcher-kva.example', 'x@xn--bcher-kva.example'],
    [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
    [`${'é'.repeat(32)}@example.com`, `${'é'.repeat(32)}@example.com`],
    [`${'é'.repeat(32)}@${'b.'.repeat(93)}com`, `${'é'.repeat(32)}@${'b.'.repeat(93)}com`],
    [`a@${'b'.repeat(63)}.co`, `a@${'b'.repeat(63)}.co`],
    [`a@${'b.'.repeat(125)}co`, `a@${'b.'.repeat(125)}co`],
  ])('%j as %j', (text, email) => {
    expect(normalizeEmail(text)).toBe(email);
  });

  test('which is its own normal form, for every character that may stand in it', () => {
    const unstable: string[] = [];
    for (let point = 0x21; point < 0x11000; point += 1) {
      const character = String.fromCodePoint(point);
      for (const typed of [`a${character}b@example.com`, `${character}@example.com`, `a@b${character}c.com`]) {
        const once = normalizeEmail(typed);
        if (once !== null && normalizeEmail(once) !== once) unstable.push(`U+${point.toString(16)}`);
      }
    }
    expect(unstable).toEqual([]);
  });

  test('however many letters of mathematics its domain is typed in', () => {
    const domain = 'example.com';
    const spellings: string[] = [];
    for (const [at, letter] of [...domain].entries()) {
      for (const first of [0x1d41a, 0x1d44e, 0x1d482, 0x1d4d0, 0x1d5ba, 0x1d68a, 0xff41]) {
        const spelt = String.fromCodePoint(first + letter.charCodeAt(0) - 97);
        if (letter !== '.') spellings.push(`v@${domain.slice(0, at)}${spelt}${domain.slice(at + 1)}`);
      }
    }
    expect(spellings).toHaveLength(70);
    expect(new Set(spellings.map(normalizeEmail))).toEqual(new Set([`v@${domain}`]));
  });

  test('whose domain is in ASCII, so that a mail program maps nothing', () => {
    const others: string[] = [];
    for (let point = 0x80; point < 0x20000; point += 1) {
      const email = normalizeEmail(`a@b${String.fromCodePoint(point)}c.com`);
      if (email !== null && !/^a@[a-z0-9.-]+$/.test(email)) others.push(`U+${point.toString(16)}: ${email}`);
    }
    expect(others).toEqual([]);
  });

  test('in which the local part is only composed and lower-cased: the rest is its own server’s to say', () => {
    expect(normalizeEmail('ｖ@example.com')).toBe('ｖ@example.com');
    expect(normalizeEmail('ﬁ.𝐞@example.com')).toBe('ﬁ.𝐞@example.com');
    expect(normalizeEmail('a+b.c@example.com')).toBe('a+b.c@example.com');
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
    `${'é'.repeat(33)}@example.com`,
    `${'é'.repeat(32)}@${'b.'.repeat(93)}info`,
    `a@${'b'.repeat(64)}.co`,
    `a@${'ü'.repeat(63)}.co`,
    `a@${'b.'.repeat(126)}co`,
    '.a@example.test',
    'a.@example.test',
    'a..b@example.test',
    'a@1.2.3.44',
    'a@1.2.3',
    'a@example.123',
    'a@example.0x1f',
    'a@0x7f.1',
    'a@①②⑦.0.0.①①',
    'a@b.co:80',
    'a@b.co#x',
    'a@b.co\\x',
    'a@b%2eco',
    'a@%62.co',
    'a@[::1]',
    'a@ex\tample.co',
    'a@⒈com.co',
    'a@℡.co',
    'a@a℀.co',
    'a@☃.net',
    'a@b．co',
    'a@b｡co',
    'a@xn--a.com',
    'a@xn--bcher-kva.xn--a',
    'a@xn--.com',
    'a@xn--3xa6a.gr',
    'a@\u0301b.co',
    '\u0301a@b.co',
    'a.\u0301@b.co',
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
    ['a filler of Hangul alone', '\u3164@example.test'],
    ['a filler of Hangul', 'a\u3164@example.test'],
    ['a narrow filler of Hangul', 'a\uffa0@example.test'],
    ['a leading consonant without a shape', 'a\u115f@example.test'],
    ['a vowel without a shape', 'a\u17b4@example.test'],
    ['braille without dots', '\u2800@example.test'],
    ['a variation selector', 'a\ufe0f@example.test'],
    ['a tag', 'a\u{e0061}@example.test'],
    ['a soft hyphen', 'a\u00adb@example.test'],
    ['a joiner of graphemes', 'a\u034fb@example.test'],
    ['a note without a head', 'a\u{1d159}@example.test'],
    ['an isolate of direction', 'a\u2066b@example.test'],
    ['a private character', 'a\ue000@example.test'],
    ['a filler in the domain', 'a@b\u3164.test'],
    ['a soft hyphen in the domain', 'a@ex\u00adample.test'],
    ['a joiner in the domain', 'a@क\u094d\u200dष.test'],
    ['braille without dots in the domain', 'a@b\u2800.test'],
    ['a variation selector in the domain', 'a@b\ufe00.test'],
    ['a change of direction in the domain', 'a@b\u202e.test'],
    ['NUL in the domain', 'a@b\u0000c.test'],
    ['half a character in the domain', 'a@b\ud800c.test'],
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
