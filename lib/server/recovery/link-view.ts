import 'server-only';
import { unstable_rethrow } from 'next/navigation';
import { hashLinkToken } from '@/lib/core/token/link-token';
import { log } from '@/lib/server/observability/logger';
import { findLiveLink, type LinkPurpose } from './live-link';

/** What a page may show of a link: whose account it is about, that it opens nothing, or that the database does not say. */
export type LinkView = { readonly state: 'open'; readonly email: string } | { readonly state: 'dead' | 'unknown' };

/** Looks at a mailed link, for its page. Decides and changes nothing. */
export async function viewLink(token: string, purpose: LinkPurpose): Promise<LinkView> {
  try {
    const hash = await hashLinkToken(token);
    const person = hash === null ? null : await findLiveLink(hash, purpose);
    return person === null ? { state: 'dead' } : { state: 'open', email: person.email };
  } catch (error) {
    // Next steers by exceptions of its own, which are no trouble.
    unstable_rethrow(error);
    log.error('page.link_unknown', { error });
    return { state: 'unknown' };
  }
}
