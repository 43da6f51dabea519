import 'server-only';
import { unstable_rethrow } from 'next/navigation';
import { hashLinkToken } from '@/lib/core/token/link-token';
import { log } from '@/lib/server/observability/logger';
import { findLiveLink, type LinkPurpose, type LiveLink } from './live-link';

/** What a page may show of a link: what it is for, that it opens nothing, or that the database does not say. */
export type LinkView = { readonly state: 'open'; readonly link: LiveLink } | { readonly state: 'dead' | 'unknown' };

/** Looks at a mailed link, for its page. Decides and changes nothing. */
export async function viewLink(token: string, purposes: readonly LinkPurpose[]): Promise<LinkView> {
  try {
    const hash = await hashLinkToken(token);
    const link = hash === null ? null : await findLiveLink(hash, purposes);
    return link === null ? { state: 'dead' } : { state: 'open', link };
  } catch (error) {
    // Next steers by exceptions of its own, which are no trouble.
    unstable_rethrow(error);
    log.error('page.link_unknown', { error });
    return { state: 'unknown' };
  }
}
