import 'server-only';
import { entityTag } from '@/lib/core/http/entity-tag';
import { STATUS_LIST_RESIGN_SECONDS } from '@/lib/core/policy';
import { statusListUri } from '@/lib/core/status-list/status-index';
import { signStatusList } from '@/lib/core/status-list/status-list';
import { env } from '@/lib/server/config/env';
import { liveKeyring } from '@/lib/server/keys/live-keyring';
import { inSpan, timed } from '@/lib/server/observability/telemetry';
import { markedLists } from './marked-sessions';

/** A signed list and a name for exactly this text. */
export type PublishedList = { readonly token: string; readonly etag: string };

type Signed = { readonly signedFor: string; readonly published: Promise<PublishedList> };

const signedLists = new Map<number, Signed>();

/**
 * The current Status List Token of `list`; null, from memory, for a list that no session belongs to.
 *
 * `iat` is the time of the newest mark in it, or the beginning of the present half minute if that is later. Both
 * are the database's, so all instances agree on it, and a verifier that never goes back in time can ask any of them.
 */
export async function publishedStatusList(list: number): Promise<PublishedList | null> {
  const [{ signing }, { state, lastList, of }] = await Promise.all([liveKeyring(), markedLists()]);
  if (list > lastList) return null;
  const { statuses, count, sum, lastMarkedAt } = of(list);
  const windowStart = Math.floor(state.now / STATUS_LIST_RESIGN_SECONDS) * STATUS_LIST_RESIGN_SECONDS;
  const iat = Math.max(lastMarkedAt, windowStart);
  const signedFor = `${signing.kid} ${iat} ${lastMarkedAt} ${count} ${sum}`;

  const held = signedLists.get(list);
  if (held?.signedFor === signedFor) return held.published;
  const sign = () => signStatusList(statuses, statusListUri(env().appOrigin, list), signing, iat);
  const published = publish(
    inSpan('auth.status_list.sign', (note) => {
      note({ 'handstamp.status_list.number': list, 'handstamp.status_list.marked': count });
      return timed('handstamp.status_list.sign.duration', sign);
    }),
  );
  signedLists.set(list, { signedFor, published });
  published.catch(() => signedLists.delete(list));
  return published;
}

async function publish(signing: Promise<string>): Promise<PublishedList> {
  const token = await signing;
  return { token, etag: await entityTag(token) };
}

/** The addresses of all lists that sessions belong to, as a Status List Aggregation (Token Status List §9.3). */
export async function statusListAggregation(): Promise<{ readonly text: string; readonly etag: string }> {
  const { lastList } = await markedLists();
  const uris = Array.from({ length: lastList + 1 }, (_, list) => statusListUri(env().appOrigin, list));
  const text = JSON.stringify({ status_lists: uris });
  return { text, etag: await entityTag(text) };
}
