import 'server-only';
import { z } from 'zod';
import { newId } from '@/lib/core/encoding';
import { type Result, type SealedTokenFailure, succeed } from '@/lib/core/failures';
import { OUTBOX_RETENTION_SECONDS } from '@/lib/core/policy';
import type { EpochSeconds } from '@/lib/core/time';
import { seal, unseal } from '@/lib/core/token/sealed-token';
import { heldSealKeys, sealKeys } from '@/lib/server/keys/data-keys';
import { randomBytes } from '@/lib/server/keys/random';
import type { MailMessage } from './messages';

/** A mail as the outbox keeps it: whoever reads the database sees neither what it is about nor the code in it. */
export type SealedMail = { readonly sealed: string; readonly expiresAt: EpochSeconds };

export type MailContent = Pick<MailMessage, 'subject' | 'text' | 'html'>;

const content = z.object({ subject: z.string(), text: z.string(), html: z.string() });

/** Waits for no connection of the database, so that a transaction may call it. */
export async function sealMail({ subject, text, html, expiresAt }: MailMessage): Promise<SealedMail> {
  const exp = expiresAt ?? Date.now() / 1_000 + OUTBOX_RETENTION_SECONDS;
  const { current } = await heldSealKeys();
  const sealed = await seal('mail', { jti: newId(randomBytes), exp, data: { subject, text, html } }, current);
  return { sealed, expiresAt: exp };
}

/** The mail in `sealed`, whichever data key it was sealed under, as long as that key is stored. */
export async function openMail(sealed: string, now: EpochSeconds): Promise<Result<MailContent, SealedTokenFailure>> {
  const keys = await sealKeys();
  const opened = await unseal('mail', sealed, (id) => keys.byId(id), now);
  return opened.ok ? succeed(content.parse(opened.value.data)) : opened;
}
