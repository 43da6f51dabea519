import 'server-only';
import { firstFreshNumber } from '@/lib/core/status-list/fresh-list';
import { hours } from '@/lib/core/time';
import { recordAudit } from '@/lib/server/audit/audit-log';
import type { Transaction } from '@/lib/server/database/client';
import {
  highestStatusNumber,
  moveSequencesOn,
  otherConnections,
  tablesAheadOfTheirSequence,
} from '@/lib/server/database/sequences';
import { prepareReplacement, type ReplacedKeys, replaceKeys } from '@/lib/server/keys/replacement';
import { underKeyLock } from '@/lib/server/keys/signing-key-store';
import { endAgain, endSessionsBegunBefore } from '@/lib/server/sessions/end-all';
import { type Forgotten, forgetPending } from './forgetting';
import { clientNames, type Reverted, revertedSince } from './reverted';
import type { ShippedHistory } from './shipped-history';

/** A million sessions end in a minute or two. */
const TIMEOUT_MS = hours(1) * 1_000;

export type Restore = {
  /** The moment to which the database was set back. */
  readonly lostSince: Date;
  /** What was shipped out of the database since; null where nothing was. */
  readonly history: ShippedHistory | null;
  /** True: every session ends. */
  readonly endsAll: boolean;
  /** True: although others are connected. */
  readonly isForced: boolean;
};

/** What the first run did, and later ones leave alone. */
export type Renewal = ReplacedKeys & { readonly nextNumber: number; readonly forgotten: Forgotten };

export type Repair =
  | { readonly kind: 'others_connected'; readonly others: number }
  /** `lostSince` has not come yet. */
  | { readonly kind: 'in_the_future' }
  | {
      readonly kind: 'repaired';
      /** Null: an earlier run did it, at `firstAt`. */
      readonly renewal: Renewal | null;
      readonly firstAt: Date;
      readonly ended: number;
      readonly reverted: readonly Reverted[] | null;
      /** Services that may ask about tokens, by name. */
      readonly clients: readonly string[];
    };

/**
 * Makes a database that was set back in time fit to be used: after a restore or a failover that lost writes, before the
 * first instance starts. All in one transaction, under the lock of keys, but for the
 * sequences, which only ever move on. A second run for the same moment ends what the first could not know of and renews
 * nothing again: what began since then is genuine.
 */
export async function repairRestored(restore: Restore): Promise<Repair> {
  const prepared = await prepareReplacement();
  return underKeyLock(async (tx, now) => {
    const { lostSince, history, isForced } = restore;
    const others = await otherConnections(tx);
    if (others > 0 && !isForced) return { kind: 'others_connected', others };
    if (lostSince.getTime() > now * 1_000) return { kind: 'in_the_future' };
    const earlier = await earlierRun(tx, lostSince);
    const renewal = earlier === null ? await renew(tx, now, restore, prepared) : null;
    const firstAt = earlier ?? new Date(now * 1_000);
    const ended = await endLost(tx, restore, firstAt);
    if (renewal !== null || ended > 0) {
      const details = { lostSince: lostSince.toISOString(), ended, renewed: renewal !== null };
      await recordAudit({ type: 'database_restored', details }, tx);
    }
    return {
      kind: 'repaired',
      renewal,
      firstAt,
      ended,
      reverted: history === null ? null : await revertedSince(tx, history, lostSince),
      clients: await clientNames(tx),
    };
  }, TIMEOUT_MS);
}

/** Of a database that was moved whole, and without its sequences. */
export type Renumbering =
  | { readonly kind: 'others_connected'; readonly others: number }
  /** `nextNumber`: null where no sequence was behind its table. */
  | { readonly kind: 'renumbered'; readonly nextNumber: number | null };

/**
 * Moves the sequences behind their tables after a move by logical replication, which copies none, and changes nothing else:
 * nothing was lost, so whatever was ended, used or sent is known. The status numbers go on in a fresh list all the same.
 */
export function renumber(isForced: boolean): Promise<Renumbering> {
  return underKeyLock(async (tx) => {
    const others = await otherConnections(tx);
    if (others > 0 && !isForced) return { kind: 'others_connected', others };
    if ((await tablesAheadOfTheirSequence(tx)).length === 0) return { kind: 'renumbered', nextNumber: null };
    const nextNumber = firstFreshNumber(await highestStatusNumber(tx), 0);
    await moveSequencesOn(tx, nextNumber);
    await recordAudit({ type: 'database_restored', details: { lostSince: null, ended: 0, renewed: false } }, tx);
    return { kind: 'renumbered', nextNumber };
  });
}

/** Of a restore to the same moment, in this history of the database: another restore takes the event away again. */
async function earlierRun(tx: Transaction, lostSince: Date): Promise<Date | null> {
  const [row] = await tx.$queryRaw<{ at: Date }[]>`
    SELECT at FROM "AuditEvent" WHERE type = 'database_restored' AND details->>'lostSince' = ${lostSince.toISOString()}
    ORDER BY id LIMIT 1`;
  return row?.at ?? null;
}

async function renew(
  tx: Transaction,
  now: number,
  { lostSince, history }: Restore,
  prepared: Awaited<ReturnType<typeof prepareReplacement>>,
): Promise<Renewal> {
  const seen = Math.max(await highestStatusNumber(tx), history?.highestNumber ?? 0);
  const nextNumber = firstFreshNumber(seen, now - lostSince.getTime() / 1_000);
  await moveSequencesOn(tx, nextNumber);
  const keys = await replaceKeys(tx, now, prepared);
  const forgotten = await forgetPending(tx, history?.ended.userIds ?? []);
  return { ...keys, nextNumber, forgotten };
}

function endLost(tx: Transaction, { lostSince, history, endsAll }: Restore, firstAt: Date): Promise<number> {
  if (endsAll) return endSessionsBegunBefore(firstAt, tx);
  return history === null ? endSessionsBegunBefore(lostSince, tx) : endAgain(history.ended, tx);
}
