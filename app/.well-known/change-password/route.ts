import { elsewhere } from '@/lib/server/routes/answer';
import { publicRoute } from '@/lib/server/routes/route-handler';

export * from '@/lib/server/routes/other-methods';

/** Where password managers send somebody whose password leaked (W3C, A Well-Known URL for Changing Passwords). */
export const GET = publicRoute('GET /.well-known/change-password', {}, async () => elsewhere('/account/security'));
