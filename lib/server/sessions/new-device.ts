import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { describeProgram } from '@/lib/core/http/user-agent';
import { PROGRAM_KNOWN_SECONDS, UNDO_LINK_SECONDS } from '@/lib/core/policy';
import { Prisma, type SessionKind } from '@/lib/server/database/generated/prisma/client';
import { databaseNow } from '@/lib/server/database/live-state';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { newLink } from '@/lib/server/mail/new-link';
import { MAIL_COLUMNS, mailValues, type SealedMail, sealMail } from '@/lib/server/mail/sealed-mail';
import { signedInFromNewDevice } from '@/lib/server/mail/session-messages';

/** A mail to the owner about a sign-in by a device that the account did not know, with the link "It was not me". */
export type NewDeviceNotice = { readonly mail: SealedMail; readonly undoHash: Bytes };

/** Before the session begins: it waits for the database. */
export async function newDeviceNotice(
  kind: SessionKind,
  { device, userAgent }: RequestFacts,
): Promise<NewDeviceNotice> {
  const undo = await newLink('/undo');
  const name = kind === 'api' ? describeProgram(userAgent) : device;
  const mail = signedInFromNewDevice({ kind, name, at: await databaseNow(), undoUrl: undo.url });
  return { mail: await sealMail(mail), undoHash: undo.hash };
}

/**
 * Parts of the statement that creates a session, as `created`: the notice and its link, in `noticed`. A browser is known by
 * its device cookie, which the caller has looked at; a program by its name, if the same one signed in within thirty days.
 */
export function noticeOf(notice: NewDeviceNotice | null): Prisma.Sql {
  if (notice === null) return Prisma.empty;
  const { mail, undoHash } = notice;
  return Prisma.sql`, strange AS (
      SELECT u.id, u.email FROM created c JOIN "User" u ON u.id = c."userId"
      WHERE c.kind = 'browser' OR NOT EXISTS (
        SELECT FROM "Session" s WHERE s."userId" = c."userId" AND s.kind = 'api'
          AND s."userAgent" IS NOT DISTINCT FROM c."userAgent" AND s."clientId" IS NOT DISTINCT FROM c."clientId"
          AND s."createdAt" > now() - ${PROGRAM_KNOWN_SECONDS} * interval '1 second'
      )
    ), undoable AS (
      INSERT INTO "MailLink" (hash, purpose, "userId", address, "expiresAt")
      SELECT ${undoHash}, 'not_me', id, email, now() + ${UNDO_LINK_SECONDS} * interval '1 second' FROM strange
    ), noticed AS (
      INSERT INTO "Outbox" ("to", ${MAIL_COLUMNS}) SELECT email, ${mailValues(mail)} FROM strange RETURNING id
    )`;
}
