import { describe, expect, test } from 'vitest';
import { countedMailbox, domainOf } from '@/lib/core/counted-mailbox';

describe('mails are counted under one mailbox', () => {
  test.each([
    'v@example.com',
    'v+1@example.com',
    'v+tag+more@example.com',
    'v+@example.com',
    'v+.a.b@example.com',
    'ｖ@example.com',
    '𝐯+x@example.com',
    'v＋1@example.com',
  ])('%s', (email) => {
    expect(countedMailbox(email)).toBe('v@example.com');
  });

  test('whatever dots are in it', () => {
    const spellings = ['first.last@example.com', 'f.i.r.s.t.last@example.com', 'firstlast+x@example.com'];
    expect(new Set(spellings.map(countedMailbox))).toEqual(new Set(['firstlast@example.com']));
  });

  test.each([
    ['v@example.com', 'v@example.org'],
    ['v@example.com', 'v@mail.example.com'],
    ['v@example.com', 'w@example.com'],
    ['v-1@example.com', 'v-2@example.com'],
    ['+4912345@example.com', '+4954321@example.com'],
  ])('and %s is another than %s', (one, other) => {
    expect(countedMailbox(one)).not.toBe(countedMailbox(other));
  });

  test('with its domain as it is', () => {
    expect(countedMailbox('a@b.c.example')).toBe('a@b.c.example');
    expect(domainOf('a+b@b.c.example')).toBe('b.c.example');
  });
});
