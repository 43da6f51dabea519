import 'server-only';
import { toBase64Url } from '@/lib/core/encoding';
import { keyState } from '@/lib/core/keys/key-lifecycle';
import type { SigningAlgorithm } from '@/lib/core/keys/signing-key';
import { wrapSecret } from '@/lib/core/keys/wrapping';
import { recordAudit } from '@/lib/server/audit/audit-log';
import type { Transaction } from '@/lib/server/database/client';
import { randomBytes } from './random';
import { rootSecrets } from './root-secrets';
import { prepareKey, release, signingKeyDates, storeKey } from './signing-key-store';

/** What became of the keys that can be replaced: their tokens and seals are void, and nobody is signed out for it. */
export type ReplacedKeys = { readonly withdrawn: readonly string[]; readonly current: string };

/** New keys that exist in this process only. Making one of RSA takes seconds: call it before the transaction. */
export async function prepareReplacement() {
  const dates = await signingKeyDates();
  const current = dates.find(({ slot }) => slot === 'current');
  const algorithm: SigningAlgorithm = current?.algorithm ?? 'ES256';
  return { current: await prepareKey(algorithm), next: await prepareKey(algorithm) };
}

/**
 * Withdraws every signing key at once, as `keys revoke` does with one, and the sealing keys, and puts new ones in their
 * place. Verifiers see a list signed by a key that they do not know, and ask for the key set again: what the old ones
 * signed is refused within five seconds. What the sealing keys sealed, such as a change that waits in its page for its
 * proof, is nothing any more. Call it under the key lock.
 */
export async function replaceKeys(
  tx: Transaction,
  now: number,
  prepared: Awaited<ReturnType<typeof prepareReplacement>>,
): Promise<ReplacedKeys> {
  const withdrawn: string[] = [];
  for (const key of await signingKeyDates(tx)) {
    if (keyState(key, now).name === 'gone') continue;
    await release(tx, key.kid, 'at_once', now);
    await recordAudit(
      { type: 'key_revoked', details: { kid: key.kid, alg: key.algorithm, was: key.slot ?? 'retired' } },
      tx,
    );
    withdrawn.push(key.kid);
  }
  const { kid, algorithm } = await storeKey(tx, prepared.current, 'current', now);
  await recordAudit({ type: 'key_promoted', details: { kid, alg: algorithm, was: 'new' } }, tx);
  await storeKey(tx, prepared.next, 'next', now);
  await replaceSealingKey(tx, new Date(now * 1_000));
  return { withdrawn, current: kid };
}

async function replaceSealingKey(tx: Transaction, at: Date): Promise<void> {
  const purpose = 'seal';
  const open = { purpose, OR: [{ expiresAt: null }, { expiresAt: { gt: at } }] };
  await tx.key.updateMany({ where: open, data: { slot: null, retiredAt: at, expiresAt: at } });
  const id = toBase64Url(randomBytes(6));
  const wrapped = await wrapSecret(randomBytes(32), await rootSecrets(), { purpose, id }, randomBytes);
  const data = { id, purpose, slot: 'current', createdAt: at, promotedAt: at, ...wrapped };
  await tx.key.create({ data, select: { id: true } });
}
