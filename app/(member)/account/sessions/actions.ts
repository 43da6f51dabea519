'use server';

import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { z } from 'zod';
import { requestFacts } from '@/lib/server/http/request-facts';
import { requireUser } from '@/lib/server/sessions/current-user';
import { endOtherSessions, endSession } from '@/lib/server/sessions/list';

const SESSIONS_PATH = '/account/sessions';

const sessionFields = z.object({ sessionId: z.string().min(1).max(64) });

/** Ends one session of the person signed in. A foreign or unknown one looks like one that ended before. */
export async function endOne(fields: FormData): Promise<void> {
  const { session } = await requireUser(SESSIONS_PATH);
  const parsed = sessionFields.safeParse(Object.fromEntries(fields));
  const ended = parsed.success && (await endSession(session, parsed.data.sessionId, requestFacts(await headers()))).ok;
  redirect(`${SESSIONS_PATH}?done=${ended ? 'one' : 'gone'}`);
}

/** Ends every session of the person signed in but this one. */
export async function endOthers(): Promise<void> {
  const { session } = await requireUser(SESSIONS_PATH);
  const count = await endOtherSessions(session, requestFacts(await headers()));
  redirect(`${SESSIONS_PATH}?done=${count > 0 ? 'others' : 'gone'}`);
}
