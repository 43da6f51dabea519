import 'server-only';
import { createTransport } from 'nodemailer';
import { env } from '@/lib/server/config/env';
import { storeDevMail } from './dev-mailbox';
import type { MailMessage } from './messages';

/** A mail on its way to one person. */
export type AddressedMail = MailMessage & { readonly to: string };

/** Together below the first wait of the outbox, so that no other process sends a mail that is still being sent. */
const TIMEOUTS_MS = { dnsTimeout: 5_000, connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 15_000 };

const MAX_ADDRESS = 254;
/** One mailbox and nothing else: no line break, list, comment or display name that could name a second recipient. */
const ONE_ADDRESS = /^[^\s\p{C}<>()[\]\\,;:"@]+@[^\s\p{C}<>()[\]\\,;:"@]+$/u;

/** Throws when the mail's own headers could be made to say more than one subject and one recipient: a bug of ours. */
export function assertSafeHeaders({ to, subject }: { readonly to: string; readonly subject: string }): void {
  if (to.length > MAX_ADDRESS || !ONE_ADDRESS.test(to)) throw new Error('A mail must go to exactly one address');
  if (/\p{Cc}/u.test(subject)) throw new Error('The subject of a mail must be one line');
}

/**
 * Hands a mail to the SMTP server of `SMTP_URL`, or without one puts it into the mailbox of the embedded database. Throws
 * when it could not be handed over, and when there is neither.
 */
export async function deliver(mail: AddressedMail): Promise<void> {
  assertSafeHeaders(mail);
  const { smtpUrl, mailFrom, embeddedDataFolder } = env();
  if (smtpUrl !== null) return sendBySmtp(mail, smtpUrl, mailFrom);
  if (embeddedDataFolder !== null) return storeDevMail(mail, embeddedDataFolder);
  throw new Error('Mail cannot be sent: set SMTP_URL');
}

/**
 * One connection a mail: mails are rare, and a kept connection is one more thing that can be broken. STARTTLS is used
 * where the server offers it; `smtps:`, or `?requireTLS=true`, insists.
 */
async function sendBySmtp({ to, subject, text, html }: AddressedMail, url: string, from: string): Promise<void> {
  const transport = createTransport({ url, ...TIMEOUTS_MS, disableFileAccess: true, disableUrlAccess: true });
  try {
    // As an object the address is taken as it is; as text it would be parsed as a list.
    const recipient = { name: '', address: to };
    // RFC 3834 §5: no machine should answer this.
    const headers = { 'Auto-Submitted': 'auto-generated' };
    await transport.sendMail({ from, to: recipient, subject, text, html, headers });
  } finally {
    transport.close();
  }
}
