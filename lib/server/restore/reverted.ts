import 'server-only';
import type { AuditType } from '@/lib/server/audit/audit-log';
import type { Transaction } from '@/lib/server/database/client';
import type { ShippedEvent, ShippedHistory } from './shipped-history';

/** What a restore takes back, by what of an account it is. Of one account and kind the last event says how it stood. */
const KINDS = {
  signed_up: 'account',
  account_deleted: 'account',
  account_deletion_requested: 'deletion',
  account_deletion_undone: 'deletion',
  account_disabled: 'access',
  account_enabled: 'access',
  role_changed: 'role',
  password_changed: 'password',
  password_reset: 'password',
  password_reset_forced: 'password',
  not_me_reported: 'password',
  email_changed: 'address',
  email_change_undone: 'address',
  totp_added: 'app',
  totp_removed: 'app',
  passkey_added: 'passkeys',
  passkey_removed: 'passkeys',
  factors_reset: 'factors',
  recovery_codes_made: 'codes',
  recovery_code_used: 'codes',
} as const satisfies Partial<Record<AuditType, string>>;

export type RevertedType = keyof typeof KINDS;

/** Something that happened to an account in the lost time, and is not so any more. */
export type Reverted = {
  readonly at: Date;
  readonly type: RevertedType;
  readonly userId: string;
  /** As the account is now; null where there is none. */
  readonly email: string | null;
  readonly role: string | null;
};

const isReverted = (event: ShippedEvent): event is ShippedEvent & { type: RevertedType; userId: string } =>
  Object.hasOwn(KINDS, event.type) && event.userId !== null;

/** What `history` says of the time since `lostSince`, oldest first. */
export async function revertedSince(tx: Transaction, history: ShippedHistory, lostSince: Date): Promise<Reverted[]> {
  const last = new Map<string, ShippedEvent & { type: RevertedType; userId: string }>();
  for (const event of history.events) {
    if (event.at < lostSince || !isReverted(event)) continue;
    const key = `${event.userId} ${KINDS[event.type]}`;
    last.delete(key);
    last.set(key, event);
  }
  const events = [...last.values()];
  const ids = [...new Set(events.map(({ userId }) => userId))];
  const users = await tx.$queryRaw<{ id: string; email: string }[]>`
    SELECT id, email FROM "User" WHERE id = ANY(${ids}::text[])`;
  const addresses = new Map(users.map(({ id, email }) => [id, email]));
  return events.map(({ at, type, userId, role }) => ({
    at,
    type,
    userId,
    email: addresses.get(userId) ?? null,
    role,
  }));
}

/** Services that may ask about tokens: one that was removed since works again, and so does an old secret. */
export async function clientNames(tx: Transaction): Promise<string[]> {
  const clients = await tx.client.findMany({ orderBy: { name: 'asc' }, select: { name: true } });
  return clients.map(({ name }) => name);
}
