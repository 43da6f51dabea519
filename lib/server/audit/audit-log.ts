import 'server-only';
import { trimUserAgent } from '@/lib/core/http/user-agent';
import { db, type Transaction } from '@/lib/server/database/client';

/** Everything that is worth telling the owner of an account, or an admin. */
export type AuditType =
  /** An address was proven and its account made. */
  | 'signed_up'
  /** A visitor asked to sign up with an address that has an account; its owner got a mail. */
  | 'sign_up_repeated'
  /** A session began. */
  | 'signed_in'
  /** A password was wrong; `userId` is null when there is no such account. */
  | 'sign_in_failed'
  /** Too many attempts: nothing was compared. */
  | 'sign_in_blocked'
  /** The password was right, and a second step is wanted. No session began. */
  | 'second_factor_due'
  /** It was tried, and wrong. */
  | 'second_factor_failed'
  /** A mailed code was wrong. */
  | 'code_failed'
  /** Somebody asked for a link to a new password; it went to the owner. */
  | 'password_reset_requested'
  /** A new password was set by such a link, and all sessions ended. */
  | 'password_reset'
  /** The owner said, by a link in a mail, that a change was not theirs: the password is gone, and all sessions ended. */
  | 'not_me_reported'
  /** A person who was signed in proved once more who they are; `details.method` says by what. */
  | 'stepped_up'
  /** They tried to, and the proof was wrong. */
  | 'step_up_failed'
  /** The person set up an authenticator app, or removed it; removed also by a link that took back what came before it. */
  | 'totp_added'
  | 'totp_removed'
  /** The person made new recovery codes; the ones before are good no more. */
  | 'recovery_codes_made'
  /** A recovery code stood in for the second factor. */
  | 'recovery_code_used'
  /** All second factors of a person are to be removed; `details.reason` says why. */
  | 'factor_reset_requested'
  /** It was stopped: by the link in the mail about it, or because a factor was shown. */
  | 'factor_reset_cancelled'
  /** It was done: all second factors and recovery codes are gone, and all other sessions ended. */
  | 'factors_reset'
  /** The person changed their password; all other sessions ended. */
  | 'password_changed'
  /** The person asked to change their address; a code went to the new one, and word of it to the old. */
  | 'email_change_requested'
  /** They proved the new one, and have it; all other sessions ended. */
  | 'email_changed'
  /** The owner of the address before took that back by a link in a mail; the password is gone, and all sessions ended. */
  | 'email_change_undone'
  /** The same, when somebody else had that address by then: the account keeps the one that it has. */
  | 'email_undo_conflict'
  /** The person signed out of a session. */
  | 'signed_out'
  /** A session was ended: by its owner from the list, or because the owner lost rights. */
  | 'session_ended'
  /** A newer sign-in of the same browser took the place of a session. */
  | 'session_superseded'
  /** A session ended because the account had too many. */
  | 'session_over_limit'
  /** A refresh token that had been replaced was used again; the session ended to be safe. */
  | 'refresh_reuse'
  /** A refresh token was ahead of the database, which had lost writes (a restore, a failover). */
  | 'refresh_ahead'
  /** A session was refreshed from another browser family or network. */
  | 'device_changed'
  /** A genuine refresh token came from a network that its session is not bound to. The session goes on where it was. */
  | 'network_refused'
  /** A signing key began to sign, left or was revoked; stored secrets were wrapped anew. `details` say which. */
  | 'key_promoted'
  | 'key_withdrawn'
  | 'key_revoked'
  | 'keys_rewrapped'
  /** The operator made the database good again after a restore; `details` say of when it was, and what came of it. */
  | 'database_restored'
  /** The person made a passkey, gave one another name, or removed one; `details.passkey` says which. */
  | 'passkey_added'
  | 'passkey_renamed'
  | 'passkey_removed'
  /** A passkey was wrong, of which we know whose it is. */
  | 'passkey_failed'
  /** A passkey that lives in one device counted back: there may be a copy of it. It was refused; `details.passkey` says which. */
  | 'passkey_counter_back'
  /** The person asked for their account to be deleted after some days; all sessions ended. */
  | 'account_deletion_requested'
  /** It stays: somebody with the mailbox pressed "Keep my account", or took back a change that came before the request. */
  | 'account_deletion_undone'
  /** The account is gone. What is left of it are events without address, browser and details. */
  | 'account_deleted'
  /** The person had all that is kept of them given out. */
  | 'data_exported'
  | 'name_changed'
  /** The person got another role; `details` say which and which before. */
  | 'role_changed'
  /** An admin disabled the account, and all sessions ended; or enabled it again. */
  | 'account_disabled'
  | 'account_enabled'
  /** An admin deleted the password and ended all sessions; a link to a new one was mailed. */
  | 'password_reset_forced'
  /** An admin took a copy of the audit log; `details` say of what. */
  | 'audit_exported';

export type AuditEntry = {
  readonly type: AuditType;
  readonly userId?: string | null;
  /** Who did it, when it was not the person. */
  readonly actorId?: string | null;
  readonly sessionId?: string | null;
  readonly ip?: string | null;
  readonly userAgent?: string | null;
  /** Small facts, never a secret, and no address that a visitor typed. Texts are cut at 256 characters. */
  readonly details?: Readonly<Record<string, string | number | boolean | null>>;
};

const MAX_DETAIL_CHARACTERS = 256;

/**
 * Writes one event, at the time of the database. `tx` is the transaction that the event belongs to, if any. Throws
 * when the database does not answer: what cannot be recorded should not look done.
 */
export async function recordAudit(entry: AuditEntry, tx: Transaction = db()): Promise<void> {
  await tx.auditEvent.create({ data: storable(entry), select: { id: true } });
}

/** An entry as the table takes it. */
export function storable(entry: AuditEntry) {
  const { type, userId = null, actorId = null, sessionId = null, ip = null, userAgent = null, details = {} } = entry;
  const facts = Object.entries(details).map(([name, value]) => [name, typeof value === 'string' ? clip(value) : value]);
  return {
    type,
    userId,
    actorId,
    sessionId,
    ip,
    userAgent: userAgent === null ? null : trimUserAgent(printable(userAgent)),
    details: Object.fromEntries(facts) as NonNullable<AuditEntry['details']>,
  };
}

const clip = (text: string): string => printable(text.slice(0, MAX_DETAIL_CHARACTERS));

/** Without control characters and lone surrogates: PostgreSQL stores no NUL, and jsonb no half of a pair. */
const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cs}]/gu, ' ');
