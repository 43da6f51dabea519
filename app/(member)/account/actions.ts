'use server';

import { refresh } from 'next/cache';
import { headers } from 'next/headers';
import { z } from 'zod';
import { requestFacts } from '@/lib/server/http/request-facts';
import { personName } from '@/lib/server/routes/request-schemas';
import { dropDraft, requireUserKeeping } from '@/lib/server/sessions/drafts';
import { renameUser } from '@/lib/server/users/user-store';

/** What became of a name: `name` is what the field shows, the typed one when it was refused. */
export type NameState =
  | { readonly outcome: 'untouched' | 'saved'; readonly name: string }
  | { readonly outcome: 'refused'; readonly name: string; readonly message: string };

const nameFields = z.object({ name: personName });

/** Changes the name of the person signed in; an empty one removes it. A refused name comes back as it was typed. */
export async function changeName(_previous: NameState, fields: FormData): Promise<NameState> {
  const { user, session } = await requireUserKeeping('/account', fields, ['name']);
  const parsed = nameFields.safeParse(Object.fromEntries(fields));
  if (!parsed.success) {
    const typed = fields.get('name');
    const message = parsed.error.issues[0]?.message ?? 'Use another name';
    return { outcome: 'refused', name: typeof typed === 'string' ? typed : '', message };
  }
  const { ip, userAgent } = requestFacts(await headers());
  const renamed = await renameUser(user.id, parsed.data.name, { sessionId: session.sid, ip, userAgent });
  await dropDraft();
  refresh();
  return { outcome: 'saved', name: renamed.name ?? '' };
}
