import { bringsOurCookie, deleteInvitationCookie } from '@/lib/server/http/cookies';
import { empty } from '@/lib/server/routes/answer';
import { publicRoute } from '@/lib/server/routes/route-handler';
import { dropDraft } from '@/lib/server/sessions/drafts';
import { deleteSessionCookies } from '@/lib/server/sessions/session-cookies';
import { signOut } from '@/lib/server/sessions/sign-out';

export * from '@/lib/server/routes/other-methods';

const form = { success: () => '/login?ended=signed_out', failure: () => '/login?ended=unknown' };

/**
 * Caches only, of pages that were fetched or drawn ahead too; browsers pass over values that they do not know. The wider
 * values would sign people out of every other application under this domain.
 */
const CLEAR_CACHE = { 'clear-site-data': '"cache", "prefetchCache", "prerenderCache"' };

export const POST = publicRoute('POST /api/auth/logout', { form }, async ({ request, facts }) => {
  await signOut(request.headers, facts);
  await deleteSessionCookies();
  await dropDraft();
  if (await bringsOurCookie('invitation')) await deleteInvitationCookie();
  return empty(CLEAR_CACHE);
});
