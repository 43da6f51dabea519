import 'server-only';
import { z } from 'zod';
import { newId } from '@/lib/core/encoding';
import { type Result, type SealedTokenFailure, succeed } from '@/lib/core/failures';
import { OUTBOX_RETENTION_SECONDS } from '@/lib/core/policy';
import type { EpochSeconds } from '@/lib/core/time';
import { seal, unseal } from '@/lib/core/token/sealed-token';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import { heldSealKeys, sealKeys } from '@/lib/server/keys/data-keys';
import { randomBytes } from '@/lib/server/keys/random';
import type { MailMessage } from './compose';

/** A mail as the outbox keeps it: whoever reads the database sees neither what it is about nor the code in it. */
export type SealedMail = { readonly sealed: string; readonly expiresAt: EpochSeconds | null };

export type MailContent = Pick<MailMessage, 'subject' | 'text' | 'html'>;

const content = z.object({ subject: z.string(), text: z.string(), html: z.string() });

/** The end of a mail that names none is the row's, by the database's clock: this one only has to lie behind it. */
const YEAR_9999 = 253_402_300_799;

/** Waits for no connection of the database, so that a transaction may call it. */
export async function sealMail({ subject, text, html, expiresAt = null }: MailMessage): Promise<SealedMail> {
  const { current } = await heldSealKeys();
  const content = { jti: newId(randomBytes), exp: expiresAt ?? YEAR_9999, data: { subject, text, html } };
  return { sealed: await seal('mail', content, current), expiresAt };
}

/** The columns of a row of the outbox besides its address, and their values. */
export const MAIL_COLUMNS = Prisma.sql`sealed, "expiresAt"`;
export const mailValues = ({ sealed, expiresAt }: SealedMail): Prisma.Sql => Prisma.sql`${sealed},
  coalesce(to_timestamp(${expiresAt}::float8), now() + ${OUTBOX_RETENTION_SECONDS} * interval '1 second')`;

/** The mail in `sealed`, whichever data key it was sealed under, as long as that key is stored. */
export async function openMail(sealed: string, now: EpochSeconds): Promise<Result<MailContent, SealedTokenFailure>> {
  const keys = await sealKeys();
  const opened = await unseal('mail', sealed, (id) => keys.byId(id), now);
  return opened.ok ? succeed(content.parse(opened.value.data)) : opened;
}
