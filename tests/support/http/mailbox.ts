import { z } from 'zod';
import { send, type Target } from './requests';

const mailboxSchema = z.object({
  messages: z.array(
    z.object({ to: z.string(), subject: z.string(), text: z.string(), html: z.string(), at: z.string() }),
  ),
});
export type DevMail = z.infer<typeof mailboxSchema>['messages'][number];

const MAIL_WITHIN_MS = 20_000;
const POLL_MS = 50;
/** A code stands on a line of its own. */
const CODE_LINE = /^\d{6}$/m;

/** What a server on the embedded database's settings shows as its mailbox, newest first. */
export async function devMail(server: Target): Promise<DevMail[]> {
  return mailboxSchema.parse((await send(server, '/api/dev/mail')).json()).messages;
}

/** The mails to one address, newest first. */
export async function mailsTo(server: Target, address: string): Promise<DevMail[]> {
  return (await devMail(server)).filter(({ to }) => to === address);
}

/** Waits for a mail to `address`, for exactly `count` of them where that is said, and gives the newest. */
export async function mailTo(
  server: Target,
  address: string,
  { pattern = /^/, count }: { pattern?: RegExp; count?: number } = {},
): Promise<DevMail> {
  const deadline = Date.now() + MAIL_WITHIN_MS;
  while (true) {
    const found = (await mailsTo(server, address)).filter(({ text }) => pattern.test(text));
    const [newest] = found;
    if (newest && found.length === (count ?? found.length)) return newest;
    if (Date.now() > deadline) throw new Error(`${found.length} mails to ${address} with ${pattern} in twenty seconds`);
    // Mail is sent after the answer is out.
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** The newest code mailed to an address, once there are exactly `count` mails with a code. */
export async function mailedCode(server: Target, address: string, count = 1): Promise<string> {
  const { text } = await mailTo(server, address, { pattern: CODE_LINE, count });
  return CODE_LINE.exec(text)?.[0] ?? '';
}

/** A code of six digits that is not `code`: another one for each `step`. */
export const otherThan = (code: string, step = 1): string => String((Number(code) + step) % 1_000_000).padStart(6, '0');
