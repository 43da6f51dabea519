import { bringsOurCookie, deleteInvitationCookie } from '@/lib/server/http/cookies';
import { CLEAR_CACHE, empty } from '@/lib/server/routes/answer';
import { publicRoute } from '@/lib/server/routes/route-handler';
import { dropDraft } from '@/lib/server/sessions/drafts';
import { deleteSessionCookies } from '@/lib/server/sessions/session-cookies';
import { signOut } from '@/lib/server/sessions/sign-out';

export * from '@/lib/server/routes/other-methods';

const form = { success: () => '/login?ended=signed_out', failure: () => '/login?ended=unknown' };

export const POST = publicRoute('POST /api/auth/logout', { form }, async ({ request, facts }) => {
  await signOut(request.headers, facts);
  await deleteSessionCookies();
  await dropDraft();
  if (await bringsOurCookie('invitation')) await deleteInvitationCookie();
  return empty(CLEAR_CACHE);
});
