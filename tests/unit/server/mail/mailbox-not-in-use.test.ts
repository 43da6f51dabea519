import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isDevMailboxFor, readDevMailbox, storeDevMail } from '@/lib/server/mail/dev-mailbox';
import { testEnvironment } from '@/tests/support/server/environment';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'handstamp-mailbox-'));
  const settings = testEnvironment('postgresql://nobody@127.0.0.1:1/none');
  Object.assign(process.env, settings, { HANDSTAMP_DATA: folder, SMTP_URL: 'smtp://127.0.0.1:2525' });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('where mail is sent, the mailbox of the embedded database is shown to nobody, with mails of before in it or not', async () => {
  await storeDevMail({ to: 'a@b.example', subject: 'Old', text: '123456', html: '' }, folder);
  expect(isDevMailboxFor('localhost:3000')).toBe(false);
  expect(await readDevMailbox()).toEqual([]);
});
