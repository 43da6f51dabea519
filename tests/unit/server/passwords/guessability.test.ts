import { dictionary as common } from '@zxcvbn-ts/language-common';
import { dictionary as english } from '@zxcvbn-ts/language-en';
import { describe, expect, test } from 'vitest';
import { guessabilityOf } from '@/lib/server/passwords/guessability';
import { knownPhrases, mergedByRank } from '@/lib/server/passwords/guessable-words';
import { checkNewPassword } from '@/lib/server/passwords/new-password';

/** A sequence that is the same in each run (Numerical Recipes' linear congruential generator). */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

describe('passphrases of four words drawn by lot', () => {
  const random = numbers(63);
  const draw = (): string => dice[Math.floor(random.next().value * dice.length)] ?? '';
  const dice = common['diceware-common'].map(String);
  const passphrases: string[][] = [];
  while (passphrases.length < 100_000) {
    const words = [draw(), draw(), draw(), draw()];
    if (words.join('').length >= 15) passphrases.push(words);
  }

  // Each takes a millisecond or two, so that those are judged which the rest is stronger than.
  test('the weakest of 100,000 are accepted, and a sample of the others', async () => {
    const rankOf = new Map(
      mergedByRank([...Object.values(english), common['passwords-common']]).map((w, at) => [w, at]),
    );
    const commonness = (words: readonly string[]) =>
      [...new Set(words)].reduce((sum, word) => sum + Math.log10((rankOf.get(word) ?? 10 ** word.length) + 50), 0);
    const weakestFirst = passphrases
      .map((words) => ({ words, log10: commonness(words) }))
      .sort((a, b) => a.log10 - b.log10);
    const judged = weakestFirst.filter((_, at) => at < 300 || at % 500 === 0);
    const refused: string[] = [];
    for (const { words } of judged) {
      for (const password of [words.join(''), words.join(' ')]) {
        const checked = await checkNewPassword(password, { siteName: 'Handstamp', email: 'ada@example.com' }, 15);
        if (!checked.ok) refused.push(`${password}: ${checked.code}`);
      }
    }
    expect(judged.length).toBeGreaterThan(450);
    expect(refused).toEqual([]);
  }, 120_000);
});

describe('the work of one check', () => {
  const WORST = [
    '1'.repeat(128),
    '4@31!0$57'.repeat(15).slice(0, 128),
    'thecatsatonthematandtheratsatonit'.repeat(4).slice(0, 128),
    '1980122319801223'.repeat(8),
    'abababbababaabbabaababbabaabbaba'.repeat(4),
    'qwertyuiopasdfghjklzxcvbnm1234567890'.repeat(4).slice(0, 128),
  ];

  test('does not grow with a text of more than 32 characters, whatever it is made of', async () => {
    const fastest = async (text: string): Promise<number> => {
      let best = Number.POSITIVE_INFINITY;
      for (let round = 0; round < 15; round += 1) {
        const startedAt = performance.now();
        await guessabilityOf(text, ['handstamp', 'example']);
        best = Math.min(best, performance.now() - startedAt);
      }
      return best;
    };
    const short = await fastest('violetotterlanternharbourmapping');
    for (const text of WORST) expect((await fastest(text)) / short, text).toBeLessThan(5);
  });

  test('is the same for what comes after', async () => {
    const start = 'violet otter maps the harbour of'.replaceAll(' ', '').padEnd(32, 'kq3vz8');
    expect(await guessabilityOf(`${start}${'1'.repeat(90)}`, [])).toEqual(await guessabilityOf(start, []));
  });
});

describe('what is guessed', () => {
  test('a sentence that everybody knows, begun anywhere', () => {
    const phrases = knownPhrases();
    for (const phrase of ['thequickbrown', 'quickbrownfox', 'tobeornottobethatis', 'correcthorsebatterystaple'])
      expect(phrases).toContain(phrase);
    expect(phrases.length).toBeGreaterThan(2_000);
    expect(phrases.every((phrase) => /^[a-z]{8,}$/.test(phrase))).toBe(true);
  });

  test('words of several lists stand where they are most common, once, without case, numbers and long ones', () => {
    expect(
      mergedByRank([
        ['One', 'two', 'x'],
        ['three', 'one'],
        ['y'.repeat(25), 'four', 12],
      ]),
    ).toEqual(['one', 'three', 'two', 'four', '12']);
  });

  test('a word that every object has by nature is a word', async () => {
    expect((await guessabilityOf('constructor', [])).guessesLog10).toBeLessThan(8);
    expect((await guessabilityOf('constructor', [])).usesContext).toBe(false);
  });

  test('a part that comes again costs little more', async () => {
    const once = await guessabilityOf('barcelonaviolet', []);
    const twice = await guessabilityOf('barcelonavioletbarcelona', []);
    expect(twice.guessesLog10 - once.guessesLog10).toBeCloseTo(1, 5);
  });
});
