import { describe, expect, test } from 'vitest';
import { isRecord, parseJsonObject } from '@/lib/core/json';
import { seededNumbers } from '../../fixtures/deterministic';

const parse = (text: string) => parseJsonObject(new TextEncoder().encode(text));

describe('a JSON object', () => {
  test.each([
    ['{}', {}],
    [' { "a" : [ 1 , { "b" : null } ] } ', { a: [1, { b: null }] }],
    ['{"a":{"x":1},"b":{"x":1}}', { a: { x: 1 }, b: { x: 1 } }],
    ['{"a":[{"x":1},{"x":2}]}', { a: [{ x: 1 }, { x: 2 }] }],
    ['{"a":"a","b":"a","c":["a","a"]}', { a: 'a', b: 'a', c: ['a', 'a'] }],
    ['{"a":{"a":{"a":1}}}', { a: { a: { a: 1 } } }],
    ['{"":1," ":2}', { '': 1, ' ': 2 }],
    ['{"a":"},{\\"a\\":\\"","b":1}', { a: '},{"a":"', b: 1 }],
    ['{"\\\\":1,"\\\\\\\\":2}', { '\\': 1, '\\\\': 2 }],
    ['{"a":1,"A":2,"á":3,"á":4}'.normalize('NFC').replace('"á":4', '"a\u0301":4'), { a: 1, A: 2, á: 3, 'a\u0301': 4 }],
  ])('%s is read', (text, value) => {
    expect(parse(text)).toEqual(value);
  });

  test.each([
    '',
    'null',
    '1',
    '"{}"',
    '[]',
    '[{"a":1}]',
    '{',
    '{}{}',
    '{"a":1,}',
    "{'a':1}",
    '{a:1}',
    '{"a":NaN}',
    '{"a":01}',
    '\ufeff{}',
  ])('%j is none', (text) => {
    expect(parse(text)).toBeNull();
  });

  test('bytes that are not UTF-8 are none', () => {
    expect(parseJsonObject(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).toBeNull();
  });
});

describe('a member named twice', () => {
  test.each([
    ['side by side', '{"sub":"a","sub":"b"}'],
    ['with the same value', '{"sub":"a","sub":"a"}'],
    ['with others between', '{"sub":1,"x":{"y":[1,2,{}]},"sub":2}'],
    ['one of them escaped', '{"sub":1,"\\u0073ub":2}'],
    ['both escaped differently', '{"\\u0073ub":1,"s\\u0075b":2}'],
    ['escaped with capital hex digits', '{"a/":1,"a\\u002F":2}'],
    ['a quote escaped in two ways', '{"\\"":1,"\\u0022":2}'],
    ['nested in an object', '{"a":{"b":1,"b":2}}'],
    ['nested in an array', '{"a":[1,{"b":1,"b":2}]}'],
    ['after a nested object', '{"a":{"b":{}},"c":1,"a":2}'],
    ['after an array', '{"a":[[],{}],"a":2}'],
    ['behind strings that look like structure', '{"x":"\\\\","a":"}{][,:\\"","a":1}'],
    ['with white space around', '{ "a" :1 ,\n\t"a" : 2}'],
    ['empty', '{"":1,"":2}'],
    ['named __proto__', '{"__proto__":1,"__proto__":2}'],
    ['named constructor', '{"constructor":1,"constructor":2}'],
  ])('is refused: %s', (_name, text) => {
    expect(JSON.parse(text)).toBeTypeOf('object');
    expect(parse(text)).toBeNull();
  });

  test('is found wherever it hides in random objects, and only there', () => {
    const random = seededNumbers(7);
    const names = ['a', 'b', '"', '\\', '{', ',', ':'];
    const pick = () => names[Math.floor(random() * names.length)] ?? 'a';
    const write = (depth: number): { text: string; isUnique: boolean } => {
      if (depth === 0 || random() < 0.3) return { text: JSON.stringify(pick()), isUnique: true };
      const members = Array.from({ length: Math.floor(random() * 4) }, () => ({
        name: pick(),
        value: write(depth - 1),
      }));
      const isArray = random() < 0.4;
      const texts = members.map(({ name, value }) => (isArray ? value.text : `${JSON.stringify(name)}:${value.text}`));
      const isUnique = isArray || new Set(members.map(({ name }) => name)).size === members.length;
      const text = isArray ? `[${texts.join(',')}]` : `{${texts.join(',')}}`;
      return { text, isUnique: isUnique && members.every(({ value }) => value.isUnique) };
    };
    const seen = { unique: 0, duplicate: 0 };
    for (let round = 0; round < 3_000; round += 1) {
      const { text, isUnique } = write(4);
      expect(parse(`{"top":${text}}`) !== null, text).toBe(isUnique);
      seen[isUnique ? 'unique' : 'duplicate'] += 1;
    }
    expect(Math.min(seen.unique, seen.duplicate)).toBeGreaterThan(300);
  });
});

describe('hostile JSON', () => {
  test('members named like the prototype stay own members and change no other object', () => {
    const value = parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');
    expect(value).not.toBeNull();
    expect(Object.hasOwn(value ?? {}, '__proto__')).toBe(true);
    expect(value?.['polluted']).toBeUndefined();
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  test('a hundred thousand levels are answered, and not by an exception', () => {
    expect(() => parse(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)).not.toThrow();
    expect(parse(`{"a":${'['.repeat(100_000)}`)).toBeNull();
  });

  test('one string of a million characters is answered', () => {
    expect(parse(JSON.stringify({ a: 'x'.repeat(1_000_000) }))).not.toBeNull();
  });
});

test('only an object that is no array is a record', () => {
  expect([{}, { a: 1 }].every(isRecord)).toBe(true);
  expect([null, undefined, [], 'a', 1, true].some(isRecord)).toBe(false);
});
