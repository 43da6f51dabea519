import 'server-only';
import type { Repair, Restore } from '@/lib/server/restore/repair';
import type { Reverted, RevertedType } from '@/lib/server/restore/reverted';
import { inUtc } from './keys-rotation';
import { sessionsWere } from './users-answers';

type Repaired = Extract<Repair, { kind: 'repaired' }>;

/** What to do about each, to somebody whose address is `email`. */
const AGAIN: Readonly<Record<RevertedType, (email: string, role: string) => string>> = {
  signed_up: () => 'the account is gone: its owner signs up again',
  account_deleted: (email) =>
    `the account is back: npm run users -- delete ${email}, or it goes by itself where that was due`,
  account_deletion_requested: (email) => `npm run users -- delete ${email}`,
  account_deletion_undone: () => 'the owner presses "Keep my account" again, within seven days',
  account_disabled: (email) => `npm run users -- disable ${email}`,
  account_enabled: (email) => `npm run users -- enable ${email}`,
  role_changed: (email, role) => `npm run users -- role ${email} ${role}`,
  password_changed: (email) => `the old password is good again: npm run users -- force-reset ${email}`,
  password_reset: (email) => `the old password is good again: npm run users -- force-reset ${email}`,
  password_reset_forced: (email) => `npm run users -- force-reset ${email}`,
  not_me_reported: (email) => `the password that was not theirs is back: npm run users -- force-reset ${email}`,
  email_changed: () => 'the address is the one before: tell its owner',
  email_change_undone: () => 'the address that was not theirs is back: tell its owner at the one before',
  totp_added: () => 'the app is not known any more: its owner adds it again',
  totp_removed: () => 'the app that was removed is good again',
  passkey_added: () => 'the passkey is not known any more: its owner adds it again',
  passkey_removed: () => 'the passkey that was removed is good again: its owner removes it',
  factors_reset: (email) => `the second factors are back: npm run users -- factor-reset ${email}`,
  recovery_codes_made: () => 'the codes before are good again: make new ones',
  recovery_code_used: () => 'the code that was used is good again: make new ones',
};

const WARNING =
  'Taken back by the restore, and nothing says of whom: passwords, addresses, roles, second factors, disabled and deleted accounts. Recovery codes that were used since are good again.';

/** What a run came to, for whoever restores the database. */
export function showRepair(repair: Repaired, { lostSince, history, endsAll }: Restore): string {
  const { renewal, ended, reverted, clients } = repair;
  const lines = renewal === null ? [doneBefore(repair)] : renewed(renewal);
  lines.push(`${sessionsWere(ended)} ended${whichOf(endsAll, history !== null, lostSince)}.`);
  if (history !== null) {
    lines.push(`The file tells of ${inUtc(history.from.toISOString())} to ${inUtc(history.until.toISOString())}.`);
  }
  lines.push(...(reverted === null ? [WARNING] : toRepeat(reverted)));
  if (clients.length > 0) {
    lines.push(`A service that was removed since works again, and an old secret too. There are: ${clients.join(', ')}`);
  }
  lines.push('Now start the instances.');
  return lines.join('\n');
}

const doneBefore = ({ firstAt }: Repaired): string =>
  `Keys, status numbers and what was pending were renewed ${inUtc(firstAt.toISOString())}, and are left as they are.`;

function renewed({ withdrawn, current, nextNumber, forgotten }: NonNullable<Repaired['renewal']>): string[] {
  const { ceremonies, mailLinks, mails, factorResets, authenticatorApps, deletions } = forgotten;
  return [
    `The next session has the status number ${nextNumber}, in a list that is in no copy.`,
    `${withdrawn.length} signing keys were withdrawn: ${withdrawn.join(', ')}. Key ${current} signs from now on.`,
    `Deleted: ${ceremonies} pending codes and requests, ${mailLinks} mailed links, ${mails} waiting mails, ${factorResets} resets of second factors.`,
    `Codes up to now are used of ${authenticatorApps} authenticator apps; ${deletions} accounts that were to be deleted have seven days more.`,
  ];
}

function whichOf(endsAll: boolean, hasHistory: boolean, lostSince: Date): string {
  if (endsAll) return ', all that there were';
  return hasHistory
    ? ' again, of those that the file names'
    : `, of those that began before ${inUtc(lostSince.toISOString())}`;
}

function toRepeat(reverted: readonly Reverted[]): string[] {
  if (reverted.length === 0) return ['The file tells of no change of an account since then.'];
  return [
    'Taken back by the restore, to be done again:',
    ...reverted.map(({ at, type, userId, email, role }) => {
      const who = email ?? `user ${userId}`;
      return `  ${inUtc(at.toISOString())}  ${type}  ${who}: ${AGAIN[type](who, role ?? 'ROLE')}`;
    }),
  ];
}
