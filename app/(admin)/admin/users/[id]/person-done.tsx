import { type Done, DoneStatus } from '@/app/_components/frame/done-status';

/** A map and not an object, which would also answer to `constructor`: strangers can write the query. */
const TEXTS: ReadonlyMap<string, Done> = new Map(
  Object.entries({
    role_changed: 'The account has its new role.',
    disabled: 'The account is disabled. Every device was signed out, and its owner is told by mail.',
    enabled: 'The account is enabled again.',
    sessions_ended: 'Every session of the account was ended.',
    reset_forced: 'The password is deleted, and every device was signed out. A link to a new one goes to the owner.',
    factor_reset_begun: 'The reset of second factors is begun. The owner is told by mail.',
    factor_reset_stopped: 'The reset of second factors is stopped.',
  }).map(([outcome, text]) => [outcome, { tone: 'calm', text }]),
);

/** Says what an admin's change did. An unknown `outcome` says nothing. */
export function PersonDone({ outcome }: { outcome: string | undefined }) {
  return <DoneStatus done={outcome === undefined ? undefined : TEXTS.get(outcome)} />;
}
