import { describe, expect, test } from 'vitest';
import { readPersonName } from '@/lib/core/person-name';

describe('a name is kept as its owner writes it', () => {
  test.each([
    ['Ada Lovelace', 'Ada Lovelace'],
    ['  Ada \n', 'Ada'],
    ['\u3000山田 太郎\u00a0', '山田 太郎'],
    ['Jose\u0301', 'José'],
    ['O’Brien-Smith, Jr.', 'O’Brien-Smith, Jr.'],
    ['محمد', 'محمد'],
    ['علی\u200cرضا', 'علی\u200cرضا'],
    ['क्\u200dष', 'क्\u200dष'],
    ['👩\u200d🔬', '👩\u200d🔬'],
    ['❤\ufe0f', '❤\ufe0f'],
    ['X Æ A-12', 'X Æ A-12'],
    ['.', '.'],
    ['𠮷'.repeat(80), '𠮷'.repeat(80)],
    ['x'.repeat(80), 'x'.repeat(80)],
    [` ${'x'.repeat(80)} `, 'x'.repeat(80)],
  ])('%j', (typed, name) => {
    expect(readPersonName(typed)).toEqual({ ok: true, value: name });
  });

  test.each(['', ' ', '\t\n', '\u00a0\u3000'])('%j is none', (typed) => {
    expect(readPersonName(typed)).toEqual({ ok: true, value: null });
  });
});

describe('a name is refused', () => {
  test.each([
    ['too_long', 'x'.repeat(81)],
    ['too_long', '𠮷'.repeat(81)],
    ['control_characters', '\u200b\u200b'],
    ['control_characters', 'admin\u202enimda'],
    ['control_characters', 'Ada\u200e'],
    ['control_characters', 'Ada\u200f'],
    ['control_characters', '\u061cAda'],
    ['control_characters', '\u2066Ada\u2069'],
    ['control_characters', 'Ada\u0000'],
    ['control_characters', 'Ada\u0007'],
    ['control_characters', 'Ada\u0085x'],
    ['control_characters', 'Ada\nBcc: x'],
    ['control_characters', 'Ada\u2028x'],
    ['control_characters', 'Ada\u2029x'],
    ['control_characters', 'Ada\ud83d'],
    ['control_characters', 'Ada\ue000'],
    ['control_characters', 'Ada\ufeffx'],
    ['control_characters', 'Ada\u2060x'],
    ['control_characters', 'Ada\u{e0061}\u{e0064}'],
    ['control_characters', 'Ada\uffff'],
    ['invisible', '\u200c\u200d'],
    ['invisible', '\u3164'],
    ['invisible', '\uffa0\uffa0'],
    ['invisible', '\u115f\u1160'],
    ['invisible', '\u2800\u2800'],
    ['invisible', '\u17b4'],
    ['invisible', '\u{1d159}'],
    ['invisible', '\ufe0f'],
    ['invisible', '\u034f'],
    ['invisible', '\u0301'],
    ['invisible', '\u3164 \u2800'],
  ])('as %s: %j', (code, typed) => {
    expect(readPersonName(typed)).toEqual({ ok: false, code });
  });
});
