import { describe, expect, it } from 'vitest';
import { refuseChanges } from '@/tests/support/database/refusals';
import { sql } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { mailedCode } from '@/tests/support/http/mailbox';
import { problemOf } from '@/tests/support/http/problems';
import { send } from '@/tests/support/http/requests';
import { COOKIE, only, prepareSession } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });

describe('a sign-up whose commit fails', () => {
  it('leaves the session that it would have replaced as it was, in the process that tried, too', async () => {
    const old = await prepareSession();
    const email = 'late@example.test';
    const json = { email, password: 'grey-heron-counts-the-lanterns' };
    const begun = await send(server, '/api/auth/register', { method: 'POST', json });
    const code = await mailedCode(server, email);
    const cookies = { ...only(begun.cookies, COOKIE.pending), ...old.refreshOnly };
    const verify = () => send(server, '/api/auth/verify-email', { method: 'POST', cookies, json: { code } });
    const statusOfOld = async () => (await send(server, '/api/auth/session', { cookies: old.accessOnly })).status;

    const allow = await refuseChanges(databaseUrl, 'INSERT', 'User', 'commit');
    expect(problemOf(await verify())).toBe('500 internal_error');
    expect(await statusOfOld()).toBe(200);
    expect(await sql(databaseUrl, 'SELECT FROM "User" WHERE email = $1', [email])).toEqual([]);

    // The same code still works, and then the replacement holds at once.
    await allow();
    expect((await verify()).status).toBe(200);
    expect(await statusOfOld()).toBe(401);
  });
});
