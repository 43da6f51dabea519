import 'server-only';
import type { AuditType } from './audit-log';
import type { EventView } from './event-view';

/** What an event is called, for its owner as for an admin: nobody is addressed, because it may have been somebody else. */
export const EVENT_WORDS = {
  signed_up: 'The account was made',
  sign_up_repeated: 'Somebody asked to sign up with this address',
  signed_in: 'Signed in',
  sign_in_failed: 'A wrong password was entered',
  sign_in_blocked: 'A sign-in had to wait, after too many attempts',
  second_factor_due: 'The right password was entered, and the second step was asked for',
  second_factor_failed: 'The second step of a sign-in failed',
  code_failed: 'A mailed code was entered wrongly',
  password_reset_requested: 'A link to a new password was asked for',
  password_reset: 'A new password was set by a mailed link',
  not_me_reported: '“It was not me” was pressed in a mail: the password was deleted',
  stepped_up: 'Proved once more who it is',
  step_up_failed: 'A proof of who it is was wrong',
  totp_added: 'An authenticator app was set up',
  totp_removed: 'The authenticator app was removed',
  recovery_codes_made: 'New recovery codes were made',
  recovery_code_used: 'A recovery code was used',
  factor_reset_requested: 'A reset of all second factors was begun',
  factor_reset_cancelled: 'The reset of second factors was stopped',
  factors_reset: 'All second factors and recovery codes were removed',
  password_changed: 'The password was changed',
  email_change_requested: 'Another email address was asked for',
  email_changed: 'The email address was changed',
  email_change_undone: 'The change of email address was undone',
  email_undo_conflict: 'The change of email address could not be undone: somebody else has the address',
  signed_out: 'Signed out',
  session_ended: 'A session was ended',
  session_superseded: 'A session gave way to a new sign-in in the same browser',
  session_over_limit: 'The oldest session was ended, because there were too many',
  refresh_reuse: 'A session was ended to be safe: an old token of it was used again',
  refresh_ahead: 'A token of a session was newer than our records',
  device_changed: 'A session went on in another browser or network',
  network_refused: 'A session was refused in a network where it may not be used',
  key_promoted: 'A signing key began to sign',
  key_withdrawn: 'A signing key was withdrawn',
  key_revoked: 'A signing key was revoked',
  keys_rewrapped: 'Stored secrets were encrypted anew',
  database_restored: 'The database was restored to an earlier time, and made good again',
  passkey_added: 'A passkey was added',
  passkey_renamed: 'A passkey was given another name',
  passkey_removed: 'A passkey was removed',
  passkey_failed: 'A passkey was refused',
  passkey_counter_back: 'A passkey was refused: there may be a copy of it',
  account_deletion_requested: 'The deletion of the account was asked for',
  account_deletion_undone: 'The deletion of the account was taken back',
  account_deleted: 'The account was deleted',
  data_exported: 'All data of the account was downloaded',
  name_changed: 'The name was changed',
  role_changed: 'The role was changed',
  account_disabled: 'The account was disabled',
  account_enabled: 'The account was enabled again',
  password_reset_forced: 'The password was taken away, and a link to a new one was mailed',
  audit_exported: 'A copy of the audit log was taken',
} as const satisfies Record<AuditType, string>;

export const isAuditType = (text: string): text is AuditType => Object.hasOwn(EVENT_WORDS, text);

/** By what somebody proved who they are, as `details.method` names it. */
const METHOD_WORDS: ReadonlyMap<unknown, string> = new Map([
  ['password', 'by password'],
  ['totp', 'by a code of the authenticator app'],
  ['recovery', 'by a recovery code'],
  ['passkey', 'by a passkey'],
  ['mail', 'by a mailed code'],
]);

/** What besides is worth telling of an event, in sentences; nothing of most. */
export function eventDetails({ type, actor, details }: Pick<EventView, 'type' | 'actor' | 'details'>): string[] {
  const { method, count, from, to, reason } = details;
  const by = METHOD_WORDS.get(method);
  const told = (fact: unknown): string => (typeof fact === 'string' && fact !== '' ? fact : 'unknown');
  return [
    ...(by === undefined ? [] : [`${type === 'stepped_up' ? 'Done' : 'Tried'} ${by}.`]),
    ...(type === 'device_changed' ? [`Before: ${told(from)}. Then: ${told(to)}.`] : []),
    ...(type === 'role_changed' ? [`From ${told(from)} to ${told(to)}.`] : []),
    ...(type === 'factor_reset_requested' && typeof reason === 'string' ? [`Reason given: ${reason}`] : []),
    ...(typeof count === 'number' && count > 1 ? [`${count} times within an hour.`] : []),
    ...(actor === null ? [] : ['Done by an admin.']),
  ];
}
