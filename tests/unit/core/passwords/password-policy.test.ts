import { describe, expect, test } from 'vitest';
import { checkPasswordForm, contextWords, essenceOf } from '@/lib/core/passwords/password-policy';

describe('what a guesser has to find', () => {
  test.each([
    ['separators', 'Copper-Lantern tunes_the.orchard', 'copperlanterntunestheorchard'],
    ['what ends a sentence', 'is it a violet otter?!', 'isitavioletotter'],
    ['doubles of a text that is made of them', 'aabbccddeeffgghh', 'abcdefgh'],
    ['triples too', 'aaabbbcccdddeee', 'abcde'],
    ['the second of two equal halves', 'Barcelona-barcelona', 'barcelona'],
  ])('is the text without %s', (_what, password, essence) => {
    expect(essenceOf(password)).toBe(essence);
  });

  test.each(['ballooncoffeekeeper', 'p@$$w0rd', 'синийкит', '蓝色的猫今天', '🦦🐙🦊', 'x!y?z', ''])(
    'is %j as it is',
    (password) => {
      expect(essenceOf(password)).toBe(password);
    },
  );

  test('does not depend on how accents were typed', () => {
    expect(essenceOf('métro'.normalize('NFD'))).toBe('métro'.normalize('NFC'));
  });
});

test('the words of an account are those of four letters and more, of its site, address and name', () => {
  const context = { siteName: 'Handstamp', email: 'jo.fairweather@nightingale.example', name: 'Zoë Ångström' };
  expect(contextWords(context)).toEqual(['handstamp', 'fairweather', 'nightingale', 'example', 'ångström']);
});

test.each([
  ['violet-otter-m', 'too_short'],
  ['abcabcabcabcabc', 'repetitive'],
  ['abcdeabcdeabcd', 'too_short'],
  ['abcdeabcdeabcdeab', 'repetitive'],
  ['abcdefgabcdefgabcdef', undefined],
  ['ababababcacacacacac', 'repetitive'],
])('the form of %s: %s', (password, fault) => {
  const form = checkPasswordForm(password, 15);
  expect(form.ok ? undefined : form.code).toBe(fault);
});
