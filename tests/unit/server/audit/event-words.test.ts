import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { KEY_EVENTS } from '@/lib/server/audit/activity';
import { readEventId } from '@/lib/server/audit/event-view';
import { EVENT_WORDS, eventDetails } from '@/lib/server/audit/event-words';

const declared = readFileSync('lib/server/audit/audit-log.ts', 'utf8');
const union = /export type AuditType =([\s\S]*?';)\n/.exec(declared)?.[1] ?? '';
const TYPES = [...union.matchAll(/^ {2}\| '(\w+)'/gm)].map(([, type = '']) => type);

describe('what happened is told in words', () => {
  test('every type of event has its own, and no other has any', () => {
    expect(TYPES.length).toBeGreaterThan(40);
    expect(Object.keys(EVENT_WORDS).sort()).toEqual([...TYPES].sort());
    expect(new Set(Object.values(EVENT_WORDS)).size).toBe(TYPES.length);
  });

  test('and none of our own names for it', () => {
    for (const words of Object.values(EVENT_WORDS)) expect(words).toMatch(/^[A-Z“][^_]+[^.]$/);
  });

  test('events of keys are told to nobody but admins', () => {
    expect([...KEY_EVENTS].sort()).toEqual(TYPES.filter((type) => type.startsWith('key')).sort());
  });

  test.each([
    [{ type: 'stepped_up', details: { method: 'totp' } }, ['Done by a code of the authenticator app.']],
    [
      { type: 'second_factor_failed', details: { method: 'mail', count: 3 } },
      ['Tried by a mailed code.', '3 times within an hour.'],
    ],
    [{ type: 'sign_in_failed', details: { count: 1 } }, []],
    [
      { type: 'device_changed', details: { from: 'Firefox on Linux', to: null } },
      ['Before: Firefox on Linux. Then: unknown.'],
    ],
    [{ type: 'role_changed', details: { from: 'admin', to: 'member' } }, ['From admin to member.']],
    [{ type: 'factor_reset_requested', details: { reason: 'Lost the phone' } }, ['Reason given: Lost the phone']],
    [{ type: 'passkey_added', details: { passkey: 'AAAA', method: 'constructor' } }, []],
  ] as const)('with what is worth telling besides: %o', (event, sentences) => {
    expect(eventDetails({ actor: null, ...event })).toEqual(sentences);
    expect(eventDetails({ ...event, actor: 'an admin' })).toEqual([...sentences, 'Done by an admin.']);
  });
});

test.each([
  ['1', 1n],
  ['9223372036854775807', 9223372036854775807n],
  ['9223372036854775808', null],
  ['0', null],
  ['-1', null],
  ['01', null],
  ['1e3', null],
  ['', null],
  ['１', null],
])('the place in a log that %j names', (text, id) => {
  expect(readEventId(text)).toBe(id);
});
