import 'server-only';
import { type UnwrapFailure, unwrapSecret, wrapSecret } from '@/lib/core/keys/wrapping';
import { recordAudit } from '@/lib/server/audit/audit-log';
import { randomBytes } from './random';
import { rootSecrets } from './root-secrets';
import { underKeyLock } from './signing-key-store';

export type RewrapOutcome =
  /** `moved` of `total` stored secrets were wrapped by an older entry, and are no more. */
  | { readonly kind: 'rewrapped'; readonly moved: number; readonly total: number }
  /** Nothing changed: no entry of `AUTH_SECRET` opens this key. */
  | { readonly kind: 'cannot_open'; readonly id: string; readonly purpose: string; readonly code: UnwrapFailure };

/**
 * Wraps every stored secret under the first entry of `AUTH_SECRET`, in one transaction. Idempotent. The secrets stay what
 * they are, so running servers notice nothing; those that do not list the first entry yet will not start again.
 */
export async function rewrapKeys(): Promise<RewrapOutcome> {
  const roots = await rootSecrets();
  const [first] = roots;
  return underKeyLock(async (tx, now) => {
    const rows = await tx.key.findMany({
      where: { OR: [{ expiresAt: null }, { expiresAt: { gt: new Date(now * 1_000) } }] },
      select: { id: true, purpose: true, wrappedSecret: true, wrappingKeyId: true },
    });
    const changes = [];
    for (const { id, purpose, ...wrapped } of rows) {
      const context = { purpose, id };
      // By trying, not by its id: ids are one byte, and another entry may share it.
      if ((await unwrapSecret(wrapped, [first], context)).ok) continue;
      const opened = await unwrapSecret(wrapped, roots, context);
      if (!opened.ok) return { kind: 'cannot_open', ...context, code: opened.code } as const;
      changes.push({ id, data: await wrapSecret(opened.value, roots, context, randomBytes) });
    }
    for (const { id, data } of changes) await tx.key.update({ where: { id }, data, select: { id: true } });
    const moved = changes.length;
    const details = { keys: moved, wrappedBy: first.id };
    if (moved > 0) await recordAudit({ type: 'keys_rewrapped', details }, tx);
    return { kind: 'rewrapped', moved, total: rows.length } as const;
  });
}
