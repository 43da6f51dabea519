import { z } from 'zod';
import { send, type Target } from './requests';

const mailboxSchema = z.object({
  messages: z.array(
    z.object({ to: z.string(), subject: z.string(), text: z.string(), html: z.string(), at: z.string() }),
  ),
});
export type DevMail = z.infer<typeof mailboxSchema>['messages'][number];

/** What a server on the embedded database's settings shows as its mailbox, newest first. */
export async function devMail(server: Target): Promise<DevMail[]> {
  return mailboxSchema.parse((await send(server, '/api/dev/mail')).json()).messages;
}

/** Waits for the newest mail to `address`: it is sent after the answer is out. */
export async function mailTo(server: Target, address: string): Promise<DevMail> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const mail = (await devMail(server)).find(({ to }) => to === address);
    if (mail) return mail;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('No mail within five seconds');
}
