import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { isDevMailboxFor, readDevMailbox } from '@/lib/server/mail/dev-mailbox';
import { deliver } from '@/lib/server/mail/mailer';
import { testEnvironment } from '@/tests/support/server/environment';

let folder: string;
const mail = { to: 'member@handstamp.test', subject: 'Hello', text: 'Plain', html: '<p>Plain</p>' };

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'handstamp-mailbox-'));
  const settings = testEnvironment('postgresql://nobody@127.0.0.1:1/none');
  Object.assign(process.env, settings, { HANDSTAMP_DATA: folder, SMTP_URL: '' });
});
afterEach(() => rm(path.join(folder, 'outbox'), { recursive: true, force: true }));
afterAll(() => rm(folder, { recursive: true, force: true }));

test('an empty mailbox has no mail', async () => {
  expect(await readDevMailbox()).toEqual([]);
});

test('without an SMTP server, mail of the embedded database stays in its folder, newest first', async () => {
  for (const subject of ['first', 'second', 'third']) await deliver({ ...mail, subject });
  const messages = await readDevMailbox();
  expect(messages.map(({ subject }) => subject)).toEqual(['third', 'second', 'first']);
  expect(messages[0]).toEqual({ ...mail, subject: 'third', at: expect.stringMatching(/^\d{4}-.*T.*\.\d{3}Z$/) });
});

test('nobody else on the machine can read the mailbox', async () => {
  await deliver(mail);
  const outbox = path.join(folder, 'outbox');
  const [name = ''] = await readdir(outbox);
  expect((await stat(outbox)).mode & 0o777).toBe(0o700);
  expect((await stat(path.join(outbox, name))).mode & 0o777).toBe(0o600);
});

test('a mail that is still being written is not shown', async () => {
  await deliver(mail);
  await writeFile(path.join(folder, 'outbox', '.2026-11-23T000000.000Z-draft.json'), '{"to": "memb');
  expect(await readDevMailbox()).toHaveLength(1);
});

test('a field that is no part of a mail is not stored', async () => {
  await deliver(Object.assign({ id: 1n, attempts: 3 }, mail));
  const [message = {}] = await readDevMailbox();
  expect(Object.keys(message).sort()).toEqual(['at', 'html', 'subject', 'text', 'to']);
});

test('the mailbox is shown on every name of this machine, with the port of our own address', () => {
  for (const host of ['localhost:3000', '127.0.0.1:3000', '[::1]:3000']) expect(isDevMailboxFor(host), host).toBe(true);
  const others = [
    '127.0.0.1',
    '127.0.0.1:3001',
    '[::1]',
    '[::1]:3001',
    '127.0.0.2:3000',
    '0.0.0.0:3000',
    '10.0.0.1:3000',
  ];
  const lookalikes = [
    'LOCALHOST:3000',
    '127.1:3000',
    'localhost.:3000',
    'evil.localhost:3000',
    '127.0.0.1.nip.io:3000',
  ];
  const hostile = [
    'localhost:3000@evil.example',
    'evil.example#@localhost:3000',
    'x@localhost:3000',
    'localhost:3000/x',
    ':',
  ];
  for (const host of [...others, ...lookalikes, ...hostile]) expect(isDevMailboxFor(host), host).toBe(false);
});

test('the mailbox is shown on our own address only', () => {
  expect(isDevMailboxFor('localhost:3000')).toBe(true);
  for (const host of [null, '', 'localhost', 'localhost:3001', 'evil.example:3000', 'localhost:3000.evil.example']) {
    expect(isDevMailboxFor(host)).toBe(false);
  }
});

test.each([
  { to: 'a@b.example\r\nBcc: c@d.example' },
  { to: 'a@b.example, c@d.example' },
  { to: 'a@b.example c@d.example' },
  { to: 'Name <a@b.example>' },
  { to: '"a@b.example"@c.example' },
  { to: 'a@b.example(c)' },
  { to: 'group:a@b.example;' },
  { to: 'no address' },
  { to: '' },
  { to: `${'a'.repeat(250)}@b.example` },
  { subject: 'Hello\r\nBcc: c@d.example' },
  { subject: 'Hello\u0000' },
])('a mail whose headers would say more than one subject and one recipient is refused: %j', async (header) => {
  await expect(deliver({ ...mail, ...header })).rejects.toThrow(/exactly one address|must be one line/);
  expect(await readDevMailbox()).toEqual([]);
});
