import { expect, it } from 'vitest';
import { readUsersArguments } from '@/lib/server/cli/users-arguments';

it.each([
  [['show', 'ada@people.test'], { command: 'show', email: 'ada@people.test' }],
  [['show', ' Ada@BÜCHER.test'], { command: 'show', email: 'ada@xn--bcher-kva.test' }],
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
  [['show', '--nope'], /Unknown option '--nope'/],
])('%j is wrong usage, in one sentence', (args, sentence) => {
  const refusal = { ok: false, isUsage: true, sentence: expect.stringMatching(sentence) };
  expect(readUsersArguments(args)).toEqual(refusal);
  expect(readUsersArguments(args)).not.toMatchObject({ sentence: expect.stringContaining('\n') });
});

it.each([[['help']], [['--help']], [['role', '-h']]])('%j explains all of it', (args) => {
  expect(readUsersArguments(args)).toEqual({ ok: true, text: expect.stringContaining('member or admin') });
});
