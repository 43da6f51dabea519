import 'server-only';
import { recordRepeated } from '@/lib/server/audit/repeated-events';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import type { RequestFacts } from '@/lib/server/http/request-facts';

/**
 * Condition of a statement: the session `s` may be used, replaced or ended from `network`, as `networkNow` writes it.
 * Holds for every session while sessions are not bound, and for those that are not bound yet.
 */
export const isUsableFrom = (network: string | null): Prisma.Sql =>
  Prisma.sql`(${network}::text IS NULL OR s.network IS NULL OR s.network = ${network})`;

/**
 * Notes a genuine token of a live session that came from a network which the session is not bound to. Nothing ends by it:
 * the owner at home goes on, and a thief must not be able to end a session by trying. One event an hour says that it
 * happened.
 */
export async function noteForeignNetwork(
  session: { readonly id: string; readonly userId: string },
  { ip, userAgent }: Pick<RequestFacts, 'ip' | 'userAgent'>,
): Promise<void> {
  const event = { type: 'network_refused', userId: session.userId, sessionId: session.id, ip, userAgent } as const;
  await recordRepeated(event, session.id);
}
