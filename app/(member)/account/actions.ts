'use server';

import { refresh } from 'next/cache';
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { z } from 'zod';
import { recordAudit } from '@/lib/server/audit/audit-log';
import { clientFacts } from '@/lib/server/http/client-facts';
import { personName } from '@/lib/server/routes/request-schemas';
import { requireUser } from '@/lib/server/sessions/current-user';
import { endOtherSessions, endSession } from '@/lib/server/sessions/list';
import { renameUser } from '@/lib/server/users/user-store';
import type { NameState } from './name-state';

const SESSIONS_PATH = '/account/sessions';

const nameFields = z.object({ name: personName });
const sessionFields = z.object({ sessionId: z.string().min(1).max(64) });

/** Changes the name of the person signed in; an empty one removes it. A refused name comes back as it was typed. */
export async function changeName(_previous: NameState, fields: FormData): Promise<NameState> {
  const { user, session } = await requireUser('/account');
  const parsed = nameFields.safeParse(Object.fromEntries(fields));
  if (!parsed.success) {
    const typed = fields.get('name');
    const message = parsed.error.issues[0]?.message ?? 'Use another name';
    return { outcome: 'refused', name: typeof typed === 'string' ? typed : '', message };
  }
  const renamed = await renameUser(user.id, parsed.data.name);
  const { ip, userAgent } = clientFacts(await headers());
  await recordAudit({ type: 'name_changed', userId: user.id, sessionId: session.sid, ip, userAgent });
  refresh();
  return { outcome: 'saved', name: renamed.name ?? '' };
}

/** Ends one session of the person signed in. A foreign or unknown one looks like one that ended before. */
export async function endOne(fields: FormData): Promise<void> {
  const { user } = await requireUser(SESSIONS_PATH);
  const parsed = sessionFields.safeParse(Object.fromEntries(fields));
  const ended = parsed.success && (await endSession(user.id, parsed.data.sessionId, clientFacts(await headers()))).ok;
  redirect(`${SESSIONS_PATH}?done=${ended ? 'one' : 'gone'}`);
}

/** Ends every session of the person signed in but this one. */
export async function endOthers(): Promise<void> {
  const { user, session } = await requireUser(SESSIONS_PATH);
  const count = await endOtherSessions(user.id, session.sid, clientFacts(await headers()));
  redirect(`${SESSIONS_PATH}?done=${count > 0 ? 'others' : 'gone'}`);
}
