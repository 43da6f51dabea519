import { describe, expect, test } from 'vitest';
import { readTypedCode } from '@/lib/core/typed-code';

describe('a code is read as it was meant', () => {
  test.each([
    ['as mailed', '123456'],
    ['in two groups', '123 456'],
    ['with a dash', '123-456'],
    ['with spaces and dashes around', ' - 12 34-56 \n'],
    ['with a dash of print', '123–456'],
    ['with a long dash', '123—456'],
    ['with a hyphen that does not break', '123\u2011456'],
    ['with a minus sign', '123\u2212456'],
    ['with a space that does not break', '123\u00a0456'],
    ['with a narrow space', '123\u202f456'],
    ['with an ideographic space', '123\u3000456'],
    ['with a mark of direction before it', '\u200e123456'],
    ['with marks of direction around it', '\u202a123456\u202c'],
    ['isolated', '\u2066123456\u2069'],
    ['with spaces of no width', '1\u200b2\u200b3\u200b4\u200b5\u200b6'],
    ['with a byte order mark', '\ufeff123456'],
    ['with a word joiner', '123\u2060456'],
    ['with a soft hyphen', '123\u00ad456'],
    ['in full width', '１２３４５６'],
    ['in full width, with a space of that width', '１２３　４５６'],
    ['in full width, with a dash of that width', '１２３－４５６'],
    ['in Arabic digits', '١٢٣٤٥٦'],
    ['in Persian digits', '۱۲۳۴۵۶'],
    ['in Devanagari', '१२३४५६'],
    ['in Bengali', '১২৩৪৫৬'],
    ['in Thai', '๑๒๓๔๕๖'],
    ['in Burmese', '၁၂၃၄၅၆'],
    ['in Khmer', '១២៣៤៥៦'],
    ['in Adlam, beyond the first plane', '𞥑𞥒𞥓𞥔𞥕𞥖'],
    ['in digits of mathematics', '𝟏𝟐𝟑𝟜𝟝𝟞'],
    ['raised', '¹²³⁴⁵⁶'],
    ['in circles', '①②③④⑤⑥'],
    ['in digits of two scripts', '١٢٣456'],
    ['in keycaps without their cap', '1\ufe0f2\ufe0f3\ufe0f456'],
  ])('%s: %j', (_how, typed) => {
    expect(readTypedCode(typed)).toBe('123456');
  });

  test('in every script that has digits, with every one of them', () => {
    const digits = Array.from({ length: 0x20000 }, (_, point) => point)
      .filter((point) => !(point >= 0xd800 && point < 0xe000) && /\p{Nd}/u.test(String.fromCodePoint(point)))
      .map((point) => String.fromCodePoint(point));
    expect(digits.length).toBeGreaterThan(600);
    expect(digits.length % 10).toBe(0);
    const read = digits.map(readTypedCode).join('');
    expect(read).toBe('0123456789'.repeat(digits.length / 10));
  });
});

describe('what is no code stays none', () => {
  test.each([
    '',
    'abcdef',
    '12345',
    '1234567',
    '12.456',
    '12345６７',
    '½23456',
    '1e5000',
    '0x1234',
    '------',
    'Ⅵ23456',
  ])('%j', (typed) => {
    expect(readTypedCode(typed)).not.toMatch(/^\d{6}$/);
  });
});
