import { describe, expect, it } from 'vitest';
import { readHistory } from '@/lib/server/restore/shipped-history';

const line = (fields: object) => JSON.stringify({ level: 'info', time: '2026-11-27T09:00:01.000Z', ...fields });
const at = (minute: number) => `2026-11-27T09:0${minute}:00.000Z`;
const ID = 'sessionsessionsession1';

describe('a file of shipped lines', () => {
  it('says which sessions ended, once each, whichever line tells of it', () => {
    const history = readHistory(
      [
        line({ event: 'session.ended', at: at(2), sessionId: ID, userId: 'u', statusNumber: 12, why: 'superseded' }),
        line({ event: 'session.ended', at: at(2), sessionId: ID, userId: 'u', statusNumber: 12, why: 'superseded' }),
        line({ event: 'session.ended', at: at(3), sessionId: null, userId: null, statusNumber: 77, why: null }),
        ...['signed_out', 'session_ended', 'session_superseded', 'session_over_limit', 'refresh_reuse'].map((type) =>
          line({ event: 'audit', id: '5', at: at(1), type, userId: 'u', sessionId: `of ${type}` }),
        ),
        line({ event: 'audit', id: '6', at: at(1), type: 'signed_in', userId: 'u', sessionId: 'goes on' }),
        line({ event: 'audit', id: '7', at: at(4), type: 'account_deleted', userId: 'gone', sessionId: null }),
      ].join('\n'),
    );
    expect(history?.ended).toEqual({
      sessionIds: [
        'of signed_out',
        'of session_ended',
        'of session_superseded',
        'of session_over_limit',
        'of refresh_reuse',
        ID,
      ],
      statusNumbers: [77],
      userIds: ['gone'],
    });
    expect(history?.highestNumber).toBe(77);
    expect([history?.from.toISOString(), history?.until.toISOString()]).toEqual([at(1), at(4)]);
  });

  it('may have other lines in it, any order, and the wrapping of a log drain', () => {
    const wrapped = JSON.stringify({
      host: 'a',
      message: line({ event: 'audit', at: at(1), type: 'role_changed', userId: 'u', role: 'admin' }),
    });
    const history = readHistory(
      [
        line({ event: 'audit', at: at(5), type: 'password_changed', userId: 'u' }),
        'Ready in 200ms',
        '{"half',
        '[1]',
        line({ event: 'attempts', signInRight: 3 }),
        line({ event: 'audit', at: 'yesterday', type: 'password_changed', userId: 'u' }),
        line({ event: 'audit', at: at(2), type: 'of another release', userId: 'u' }),
        wrapped,
        '',
      ].join('\r\n'),
    );
    expect(history?.events.map(({ type, role }) => [type, role])).toEqual([
      ['role_changed', 'admin'],
      ['password_changed', null],
    ]);
  });

  it.each(['', 'Ready in 200ms', line({ event: 'attempts' })])('that has no shipped line is none: %j', (text) => {
    expect(readHistory(text)).toBeNull();
  });
});
