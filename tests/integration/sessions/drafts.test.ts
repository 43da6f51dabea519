import { expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { filledIn, formOf } from '@/tests/support/http/action-forms';
import { send } from '@/tests/support/http/requests';
import { COOKIE, createPerson, type PreparedSession, prepareSession } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });

const DRAFT = 'handstamp-draft';
const TYPED = 'Quentin of the Ferry';

/** The form of the account page, filled in and sent with `cookies`, as a browser without scripts does. */
async function save(session: PreparedSession, name: string, cookies: Record<string, string>) {
  const form = await formOf(server, '/account', { cookies: session.cookies }, 'name="name"');
  return () => send(server, '/account', { ...filledIn({ ...form, name }), cookies });
}

/** Sends the form after the session ended; what the browser is left with. */
async function saveTooLate(session: PreparedSession, name: string, cookies = session.refreshOnly) {
  const send = await save(session, name, cookies);
  await db()
    .$executeRaw`UPDATE "Session" SET "endedAt" = now(), "endReason" = 'ended_by_owner' WHERE id = ${session.id}`;
  const answer = await send();
  expect(answer.status).toBe(303);
  expect(answer.headers.location).toBe('/login?next=%2Faccount');
  return answer;
}

const nameShown = async (cookies: Record<string, string>) => {
  const page = await send(server, '/account', { cookies });
  return /<input[^>]*name="name"[^>]*>/.exec(page.text)?.[0].match(/ value="([^"]*)"/)?.[1];
};

// Promise: What was typed into a form of an ended session
it('what was typed into a form of an ended session is back in it for its owner, and for nobody else', async () => {
  const session = await prepareSession(await createPerson({ name: 'Before' }));
  const { cookies, setCookieLines } = await saveTooLate(session, TYPED);
  const draft = { [DRAFT]: cookies[DRAFT] ?? '' };
  expect(setCookieLines.find((line) => line.startsWith(DRAFT))).toMatch(/Max-Age=600;.*HttpOnly/i);
  expect(draft[DRAFT]).not.toContain(Buffer.from(TYPED).toString('base64url').slice(0, 12));

  const again = await prepareSession(session.person);
  expect(await nameShown({ ...again.cookies, ...draft })).toBe(TYPED);
  expect(await nameShown(again.cookies)).toBe('Before');
  const other = await prepareSession(await createPerson({ name: 'Other' }));
  expect(await nameShown({ ...other.cookies, ...draft })).toBe('Other');
  expect(await nameShown({ ...again.cookies, [DRAFT]: `${draft[DRAFT]}x` })).toBe('Before');

  // Saving it, and signing out, take it away.
  const saved = await (await save(again, TYPED, { ...again.cookies, ...draft }))();
  expect([saved.status, saved.cookies[DRAFT]]).toEqual([200, '']);
  const out = await send(server, '/api/auth/logout', { method: 'POST', cookies: { ...again.cookies, ...draft } });
  expect(out.cookies).toMatchObject({ [DRAFT]: '' });
});

it('nothing is kept for nobody: without a cookie of ours, with a forged one, or with very much text', async () => {
  const session = await prepareSession();
  const { [COOKIE.refresh]: token = '' } = session.refreshOnly;
  const forged = { [COOKIE.refresh]: `${token.slice(0, -4)}AAAA` };
  for (const [cookies, text] of [
    [{}, TYPED],
    [forged, TYPED],
    [session.refreshOnly, 'x'.repeat(2_001)],
    [session.refreshOnly, '😀'.repeat(999)],
  ] as const) {
    const { result, statements } = await countStatements(databaseUrl, () => saveTooLate(session, text, { ...cookies }));
    expect(result.cookies[DRAFT]).toBeUndefined();
    if (cookies !== session.refreshOnly) expect(statements.filter(({ sql }) => /"secretHash"/.test(sql))).toEqual([]);
    await db().$executeRaw`UPDATE "Session" SET "endedAt" = NULL, "endReason" = NULL WHERE id = ${session.id}`;
  }
});
