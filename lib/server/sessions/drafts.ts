import 'server-only';
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { z } from 'zod';
import { newId } from '@/lib/core/encoding';
import { loginPath } from '@/lib/core/http/safe-redirect';
import { DRAFT_SECONDS, MAX_DRAFT_CHARACTERS } from '@/lib/core/policy';
import { hashSessionSecret } from '@/lib/core/token/refresh-token';
import { seal, unseal } from '@/lib/core/token/sealed-token';
import { databaseNow } from '@/lib/server/database/live-state';
import { bringsOurCookie, ourCookie, setOurCookie } from '@/lib/server/http/cookies';
import { sealKeys } from '@/lib/server/keys/data-keys';
import { randomBytes } from '@/lib/server/keys/random';
import { findViewer, requireUser, type Viewer } from './current-user';
import { findOwner } from './session-store';
import { openRefreshToken } from './tokens';

/** What was typed into a form, by the name of the field. Never a password: text stands in a cookie, encrypted. */
export type Draft = Readonly<Record<string, string>>;

const draftData = z.object({ path: z.string(), userId: z.string(), fields: z.record(z.string(), z.string()) });

/**
 * For server actions: as `requireUser`, and where the session is over, the fields named are kept in an encrypted cookie for
 * ten minutes, so that they stand in the form again when its owner comes back from the login page. Whose they are, the refresh
 * cookie says; without one they are kept for nobody. Works with scripts on and off.
 */
export async function requireUserKeeping(path: string, form: FormData, fields: readonly string[]): Promise<Viewer> {
  const viewer = await findViewer();
  if (viewer !== null) return viewer;
  const userId = await lastOwner();
  if (userId !== null) await keepDraft(path, userId, typedIn(form, fields));
  redirect(loginPath(path));
}

/** What the person signed in had typed at `path` when they were last refused; null when there is nothing of theirs. */
export async function findDraft(path: string): Promise<Draft | null> {
  const { user } = await requireUser(path);
  const cookie = await ourCookie(await headers(), 'draft');
  if (cookie === null) return null;
  const keys = await sealKeys();
  const opened = await unseal('draft', cookie, (id) => keys.byId(id), await databaseNow());
  const draft = opened.ok ? draftData.safeParse(opened.value.data) : null;
  return draft?.success && draft.data.path === path && draft.data.userId === user.id ? draft.data.fields : null;
}

/** For an action whose work is done, and for sign-out: nothing is left to be brought back. */
export async function dropDraft(): Promise<void> {
  if (await bringsOurCookie('draft')) await setOurCookie('draft', '', { maxAge: 0 });
}

/** Whose session the browser's refresh cookie is of, ended or not. */
async function lastOwner(): Promise<string | null> {
  const presented = await openRefreshToken(await ourCookie(await headers(), 'refresh'));
  return presented === null ? null : findOwner(presented.sessionId, await hashSessionSecret(presented.secret));
}

function typedIn(form: FormData, fields: readonly string[]): Draft {
  const typed = fields.map((name) => [name, form.get(name)] as const);
  return Object.fromEntries(typed.filter((field): field is [string, string] => typeof field[1] === 'string'));
}

async function keepDraft(path: string, userId: string, fields: Draft): Promise<void> {
  if (Object.values(fields).join('').length > MAX_DRAFT_CHARACTERS) return;
  const content = {
    jti: newId(randomBytes),
    exp: (await databaseNow()) + DRAFT_SECONDS,
    data: { path, userId, fields },
  };
  const sealed = await seal('draft', content, (await sealKeys()).current).catch(() => null);
  // Letters of several bytes each can be too long for a cookie all the same.
  if (sealed !== null) await setOurCookie('draft', sealed, { maxAge: DRAFT_SECONDS });
}
