import { expect, it } from 'vitest';
import { readUsersArguments } from '@/lib/server/cli/users-arguments';

const LISTING = {
  command: 'list',
  search: null,
  role: null,
  isDisabled: null,
  limit: 25,
  after: null,
  isJson: false,
} as const;

it.each([
  [['show', 'ada@people.test'], { command: 'show', email: 'ada@people.test', isJson: false }],
  [['show', ' Ada@BÜCHER.test'], { command: 'show', email: 'ada@xn--bcher-kva.test', isJson: false }],
  [['show', '--json', 'ada@people.test'], { command: 'show', email: 'ada@people.test', isJson: true }],
  [['disable', 'Ada@people.test'], { command: 'disable', email: 'ada@people.test' }],
  [['delete', 'Ada@people.test'], { command: 'delete', email: 'ada@people.test' }],
  [['enable', 'Ada@people.test'], { command: 'enable', email: 'ada@people.test' }],
  [['force-reset', 'Ada@people.test'], { command: 'force-reset', email: 'ada@people.test' }],
  [['end-sessions', 'Ada@people.test'], { command: 'end-sessions', email: 'ada@people.test' }],
  [
    ['end-sessions', '--all', '--before', '2026-11-27T09:00:00+01:00'],
    { command: 'end-all', before: new Date('2026-11-27T08:00:00Z') },
  ],
  [['list'], LISTING],
  [
    ['list', '--search', 'ada', '--role', 'admin', '--disabled', '--limit', '5', '--after', 'a.YQ', '--json'],
    { ...LISTING, search: 'ada', role: 'admin', isDisabled: true, limit: 5, after: 'a.YQ', isJson: true },
  ],
  [['role', 'Ada@People.test', 'admin'], { command: 'role', email: 'ada@people.test', role: 'admin' }],
  [['role', 'ada@people.test', 'member'], { command: 'role', email: 'ada@people.test', role: 'member' }],
  [['factor-reset', 'Ada@people.test'], { command: 'factor-reset', email: 'ada@people.test', isNow: false }],
  [['factor-reset', 'ada@people.test', '--now'], { command: 'factor-reset', email: 'ada@people.test', isNow: true }],
])('%j is understood, with the address in its one spelling', (args, typed) => {
  expect(readUsersArguments(args)).toEqual(typed);
});

it.each([
  [[], /say what to do/],
  [['explode'], /there is no command "explode"/],
  [['show'], /show takes an EMAIL/],
  [['role'], /role takes an EMAIL/],
  [['show', 'ada'], /"ada" is no address/],
  [['show', 'ada@people.test', 'admin'], /show takes no "admin"/],
  [['role', 'ada@people.test'], /role takes an EMAIL and one ROLE/],
  [['role', 'ada@people.test', 'admin', 'member'], /role takes an EMAIL and one ROLE/],
  [['role', 'ada@people.test', 'owner'], /a role is one of member, admin/],
  [['role', 'ada@people.test', 'toString'], /a role is one of member, admin/],
  [['factor-reset'], /factor-reset takes an EMAIL/],
  [['factor-reset', 'ada@people.test', 'now'], /factor-reset takes no "now"/],
  [['role', 'ada@people.test', 'admin', '--now'], /role takes no --now/],
  [['disable', 'ada@people.test', 'now'], /disable takes no "now"/],
  [['disable'], /disable takes an EMAIL/],
  [['disable', 'ada@people.test', '--all'], /disable takes no --all/],
  [['end-sessions'], /end-sessions takes an EMAIL/],
  [['end-sessions', '--all'], /--all and --before TIME go together/],
  [['end-sessions', '--before', '2026-11-27T08:00:00Z'], /--all and --before TIME go together/],
  [['end-sessions', '--all', '--before', 'yesterday'], /"yesterday" is no time such as/],
  [['end-sessions', '--all', '--before', '2026-11-27T08:00:00'], /is no time such as/],
  [['end-sessions', '--all', '--before', '2026-13-27T08:00:00Z'], /is no time such as/],
  [['end-sessions', 'ada@people.test', '--all', '--before', '2026-11-27T08:00:00Z'], /takes an EMAIL, or --all/],
  [['list', 'ada@people.test'], /list takes no "ada@people.test"/],
  [['list', '--role', 'owner'], /a role is one of member, admin/],
  [['list', '--search', 'a'], /--search takes two characters/],
  [['list', '--limit', '0'], /--limit is a number from 1 to 1000/],
  [['list', '--limit', '1e3'], /--limit is a number from 1 to 1000/],
  [['show', '--nope'], /Unknown option '--nope'/],
])('%j is wrong usage, in one sentence', (args, sentence) => {
  const refusal = { ok: false, isUsage: true, sentence: expect.stringMatching(sentence) };
  expect(readUsersArguments(args)).toEqual(refusal);
  expect(readUsersArguments(args)).not.toMatchObject({ sentence: expect.stringContaining('\n') });
});

it.each([[['help']], [['--help']], [['role', '-h']]])('%j explains all of it', (args) => {
  expect(readUsersArguments(args)).toEqual({ ok: true, text: expect.stringContaining('member or admin') });
});
