import 'server-only';
import { unstable_rethrow } from 'next/navigation';
import type { Bytes } from '@/lib/core/encoding';
import { hashLinkToken } from '@/lib/core/token/link-token';
import { log } from '@/lib/server/observability/logger';
import { findResetLink, type LinkedPerson } from './reset-links';
import { findUndoLink, type UndoLink } from './undo-links';

/** What a page may show of a link: whose account it is about, that it opens nothing, or that the database does not say. */
export type LinkView<Link> = (Link & { readonly state: 'open' }) | { readonly state: 'dead' | 'unknown' };

/** Looks at a link to a new password, for its page. Decides and changes nothing. */
export const viewResetLink = (token: string): Promise<LinkView<LinkedPerson>> => view(token, findResetLink);

/** The same for a link that takes a change back. */
export const viewUndoLink = (token: string): Promise<LinkView<UndoLink>> => view(token, findUndoLink);

async function view<Link extends object>(
  token: string,
  find: (hash: Bytes) => Promise<Link | null>,
): Promise<LinkView<Link>> {
  try {
    const hash = await hashLinkToken(token);
    const link = hash === null ? null : await find(hash);
    return link === null ? { state: 'dead' } : { ...link, state: 'open' };
  } catch (error) {
    // Next steers by exceptions of its own, which are no trouble.
    unstable_rethrow(error);
    log.error('page.link_unknown', { error });
    return { state: 'unknown' };
  }
}
