import 'server-only';
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { isLoopbackHost } from '@/lib/core/http/origins';
import { env } from '@/lib/server/config/env';

const devMailSchema = z.object({
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  /** ISO 8601. */
  at: z.string(),
});
export type DevMail = z.infer<typeof devMailSchema>;

const MAX_SHOWN = 100;
/** Mails of one millisecond keep their order. */
let sequence = 0;

const mailboxOf = (embeddedDataFolder: string): string => path.join(embeddedDataFolder, 'outbox');

/** Writes one file into `<embeddedDataFolder>/outbox`, for this account only. It appears whole or not at all. */
export async function storeDevMail(mail: Omit<DevMail, 'at'>, embeddedDataFolder: string): Promise<void> {
  const folder = mailboxOf(embeddedDataFolder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const at = new Date().toISOString();
  sequence += 1;
  const name = `${at.replaceAll(':', '')}-${String(sequence).padStart(8, '0')}-${randomUUID()}.json`;
  const draft = path.join(folder, `.${name}`);
  const { to, subject, text, html } = mail;
  await writeFile(draft, JSON.stringify({ to, subject, text, html, at }), { mode: 0o600, flag: 'wx' });
  await rename(draft, path.join(folder, name));
}

/** True while mail stays in this mailbox: on the embedded database, unless `SMTP_URL` sends it out. */
const isInUse = (): boolean => env().embeddedDataFolder !== null && env().smtpUrl === null;

/**
 * True when a request for `host` may see the mailbox: it is in use, and the request names this machine, by whichever of
 * its names, and the port of our own origin. A page on a foreign name that resolves to this machine (DNS rebinding) sends
 * that name.
 */
export function isDevMailboxFor(host: string | null): boolean {
  if (!isInUse() || host === null || !URL.canParse(`http://${host}`)) return false;
  const { protocol, port } = new URL(env().appOrigin);
  const named = new URL(`${protocol}//${host}`);
  return named.host === host && isLoopbackHost(named.hostname) && named.port === port;
}

/** The mails that were not sent anywhere, newest first, at most 100. Empty while the mailbox is not in use. */
export async function readDevMailbox(): Promise<DevMail[]> {
  const { embeddedDataFolder } = env();
  if (embeddedDataFolder === null || !isInUse()) return [];
  const folder = mailboxOf(embeddedDataFolder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const names = (await readdir(folder)).filter((name) => /^\d.*\.json$/.test(name)).sort();
  const newest = names.reverse().slice(0, MAX_SHOWN);
  return Promise.all(
    newest.map(async (name) => devMailSchema.parse(JSON.parse(await readFile(path.join(folder, name), 'utf8')))),
  );
}
