import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { expect, onTestFinished, test, vi } from 'vitest';
import { testEnvironment } from '@/tests/support/server/environment';

const MAIL_FROM = 'Handstamp <no-reply@mail.example.com>';
const mail = { to: 'mira@example.org', subject: 'Hello', text: 'Plain', html: '<p>Plain</p>' };

/** What a mail server answers: a code of SMTP, and words of its own. */
const answer = (responseCode: number, words: string) => Object.assign(new Error(words), { responseCode });
/** One that wants neither a login nor TLS. */
const open: SMTPServerOptions = { authOptional: true, disabledCommands: ['AUTH', 'STARTTLS'] };

/** Starts a mail server on this machine, until the test is over. Its certificate is the public one of the package, which has run out. */
async function mailServer(options: SMTPServerOptions): Promise<string> {
  const server = new SMTPServer({ logger: false, ...options });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return `127.0.0.1:${(server.server.address() as AddressInfo).port}`;
}

async function portOfNobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return `127.0.0.1:${port}`;
}

const refusesRecipients = (responseCode: number) =>
  mailServer({ ...open, onRcptTo: (_address, _session, done) => done(answer(responseCode, 'not this one')) });

/** What docs/mail.md says to look for, and the setting that brings it. */
const CAUSES: Readonly<Record<string, () => Promise<string>>> = {
  'set SMTP_URL': async () => '',
  ECONNREFUSED: async () => `smtp://${await portOfNobody()}`,
  'wrong version number': async () => `smtps://${await mailServer({ authOptional: true })}`,
  'Greeting never received': async () => `smtp://${await mailServer({ authOptional: true, secure: true })}`,
  'upgrading connection with STARTTLS': async () => `smtp://${await mailServer(open)}?requireTLS=true`,
  certificate: async () => `smtp://${await mailServer({ authOptional: true })}?requireTLS=true`,
  'Invalid login: 535': async () => {
    const onAuth: SMTPServerOptions['onAuth'] = (_login, _session, done) => done(answer(535, 'Bad credentials'));
    return `smtp://user:password@${await mailServer({ disabledCommands: ['STARTTLS'], onAuth })}`;
  },
  'Mail command failed: 5': async () => {
    const refusal = answer(550, '5.7.1 Sender <no-reply@mail.example.com> is not verified');
    return `smtp://${await mailServer({ ...open, onMailFrom: (_address, _session, done) => done(refusal) })}`;
  },
  'Message failed: 5': async () => {
    const onData: SMTPServerOptions['onData'] = (stream, _session, done) => {
      stream.resume().on('end', () => done(answer(554, 'Message rejected')));
    };
    return `smtp://${await mailServer({ ...open, onData })}`;
  },
  'all recipients were rejected: 4': async () => `smtp://${await refusesRecipients(451)}`,
  'all recipients were rejected: 5': async () => `smtp://${await refusesRecipients(550)}`,
};

/** The line of the log about a mail that `smtpUrl` could not send. */
async function lineFor(smtpUrl: string): Promise<{ line: string; message: string }> {
  Object.assign(process.env, testEnvironment('postgresql://nobody@127.0.0.1:1/none'));
  Object.assign(process.env, { SMTP_URL: smtpUrl, MAIL_FROM, HANDSTAMP_DATA: '' });
  // The settings of a process are read once.
  vi.resetModules();
  const { deliver } = await import('@/lib/server/mail/mailer');
  const { log } = await import('@/lib/server/observability/logger');
  const error: unknown = await deliver(mail).catch((thrown: unknown) => thrown);
  const lines: string[] = [];
  const output = vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
  log.error('mail.failed', { error });
  output.mockRestore();
  const [line = ''] = lines;
  return { line, message: JSON.parse(line).error.message };
}

test.each(Object.entries(CAUSES))('a mail that fails leaves %j in the log, and no address', async (words, cause) => {
  const { line, message } = await lineFor(await cause());
  expect(message).toContain(words);
  for (const secret of ['mira', 'no-reply', 'user:password']) expect(line).not.toContain(secret);
});

test('docs/mail.md explains each of them, and no other', () => {
  const section = /^## When nothing comes$([\s\S]+?)^## /m.exec(readFileSync('docs/mail.md', 'utf8'))?.[1] ?? '';
  const explained = [...section.matchAll(/^\| `([^`]+)` \| /gm)].map(([, words]) => words);
  expect(explained.sort()).toEqual(Object.keys(CAUSES).sort());
});

test('docs/mail.md shows a refused sender as the log does', async () => {
  const { message } = await lineFor((await CAUSES['Mail command failed: 5']?.()) ?? '');
  expect(readFileSync('docs/mail.md', 'utf8')).toContain(JSON.stringify(message));
});
