import 'server-only';
import { createTransport } from 'nodemailer';
import { env } from '@/lib/server/config/env';
import { storeDevMail } from './dev-mailbox';
import type { MailContent } from './sealed-mail';

/** A mail on its way to one person. */
export type AddressedMail = MailContent & { readonly to: string };

/** Quiet that is too long, by what is waited for. */
const TIMEOUTS_MS = { dnsTimeout: 5_000, connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 15_000 };
/**
 * A mail server that is slow without ever being quiet is left after so long. Below the first wait of the outbox, so that
 * no other process sends a mail that is still being sent.
 */
const DELIVERY_MS = 30_000;

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
 * when it could not be handed over within `deliveryMs`, and when there is neither.
 */
export async function deliver(mail: AddressedMail, deliveryMs = DELIVERY_MS): Promise<void> {
  assertSafeHeaders(mail);
  const { smtpUrl, mailFrom, embeddedDataFolder } = env();
  if (smtpUrl !== null) return sendBySmtp(mail, smtpUrl, mailFrom, deliveryMs);
  if (embeddedDataFolder !== null) return storeDevMail(mail, embeddedDataFolder);
  throw new Error('Mail cannot be sent: set SMTP_URL');
}

/**
 * One connection a mail: mails are rare, and a kept connection is one more thing that can be broken. STARTTLS is used
 * where the server offers it; `smtps:`, or `?requireTLS=true`, insists.
 */
async function sendBySmtp(mail: AddressedMail, url: string, from: string, deliveryMs: number): Promise<void> {
  const { to, subject, text, html } = mail;
  const transport = createTransport({ url, ...TIMEOUTS_MS, disableFileAccess: true, disableUrlAccess: true });
  try {
    // As an object the address is taken as it is; as text it would be parsed as a list.
    const recipient = { name: '', address: to };
    // RFC 3834 §5: no machine should answer this.
    const headers = { 'Auto-Submitted': 'auto-generated' };
    await within(deliveryMs, (signal) =>
      transport.sendMail({ from, to: recipient, subject, text, html, headers, signal }),
    );
  } finally {
    transport.close();
  }
}

/** Tells `work` to stop after `ms`, and rejects then, whether it listens or not. */
async function within(ms: number, work: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error('The mail server took too long'));
      stop.abort();
    }, ms);
  });
  try {
    await Promise.race([work(stop.signal), over]);
  } finally {
    clearTimeout(timer);
  }
}
