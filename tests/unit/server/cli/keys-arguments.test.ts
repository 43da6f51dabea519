import { expect, it } from 'vitest';
import { readKeysArguments } from '@/lib/server/cli/keys-arguments';

const none = { algorithm: null, isWaiting: false, isJson: false };

it.each([
  [['status', '--json'], { command: 'status', kid: '', flags: { ...none, isJson: true } }],
  [
    ['rotate', '--alg', 'EdDSA', '--wait'],
    { command: 'rotate', kid: '', flags: { ...none, algorithm: 'EdDSA', isWaiting: true } },
  ],
  [['retire', 'aB3_x-9z'], { command: 'retire', kid: 'aB3_x-9z', flags: none }],
  [['revoke', '-dash_12'], { command: 'revoke', kid: '-dash_12', flags: none }],
])('%j is understood', (args, typed) => {
  expect(readKeysArguments(args)).toEqual(typed);
});

it.each([
  [['rotate', '--alg', 'HS256'], /--alg is one of ES256, EdDSA, RS256/],
  [['rotate', '--nope'], /Unknown option '--nope'/],
  [['status', '--wait'], /status takes no --wait/],
  [['rotate', 'all'], /rotate takes no "all"/],
  [['retire'], /retire takes one KID/],
  [['revoke', 'one', 'two'], /revoke takes one KID/],
  [['revoke', '-dash_12', 'two'], /revoke takes one KID/],
  [['explode'], /there is no command "explode"/],
  [[], /say what to do/],
])('%j is wrong usage, in one sentence', (args, sentence) => {
  const refusal = { ok: false, isUsage: true, sentence: expect.stringMatching(sentence) };
  expect(readKeysArguments(args)).toEqual(refusal);
  expect(readKeysArguments(args)).not.toMatchObject({ sentence: expect.stringContaining('\n') });
});

it.each([[['help']], [['--help']], [['rotate', '-h']]])('%j explains all of it', (args) => {
  expect(readKeysArguments(args)).toEqual({ ok: true, text: expect.stringContaining('emergency') });
});
