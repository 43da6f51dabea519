import { db } from '@/lib/server/database/client';
import type { SeparateVerifier } from '@/tests/integration/drills/separate-verifier';
import { stepUp } from '@/tests/support/http/account';
import { send } from '@/tests/support/http/requests';
import {
  ageRotation,
  COOKIE,
  createPerson,
  PASSWORD,
  type PreparedSession,
  prepareSession,
} from '@/tests/support/people';
import type { TestServer } from '@/tests/support/server/server';

/** What one client holds of a session, from its last answer. */
export type Held = { readonly id: string; access: string; refresh: string };

/** Sessions by what happened to them since the moment to which the database is set back. */
export type Sessions = Readonly<
  Record<'untouched' | 'renewed' | 'ended' | 'succeeded' | 'begun' | 'begunAndEnded', Held>
>;

/** Sessions of before that moment. */
export async function beginSessions() {
  const person = await createPerson({ hasPassword: true });
  return {
    untouched: await prepareSession(),
    renewed: await prepareSession(),
    ended: await prepareSession(),
    succeeded: await prepareSession(person),
    /** Whose session will begin in it. */
    later: await createPerson(),
  };
}

/** Renews and ends them by a server, and begins others: all of it in the time that will be lost. */
export async function liveOn(server: TestServer, begun: Awaited<ReturnType<typeof beginSessions>>): Promise<Sessions> {
  const renewed = held(begun.renewed);
  for (let n = 0; n < 2; n += 1) {
    await refresh(server, renewed);
    await ageRotation(renewed.id, 60);
  }
  await signOut(server, begun.ended);
  const answer = await stepUp(server, begun.succeeded.cookies, PASSWORD);
  if (answer.status !== 200) throw new Error(`The step-up was answered ${answer.status}`);
  const later = await prepareSession(begun.later);
  const over = await prepareSession(begun.later);
  await signOut(server, over);
  await db().$disconnect();
  return {
    untouched: held(begun.untouched),
    renewed,
    ended: held(begun.ended),
    // What is left of the session that gave way: a copy of its cookies.
    succeeded: held(begun.succeeded),
    begun: held(later),
    begunAndEnded: held(over),
  };
}

const held = ({ id, accessToken, refreshToken }: PreparedSession): Held => ({
  id,
  access: accessToken,
  refresh: refreshToken,
});

async function signOut(server: TestServer, { cookies }: PreparedSession): Promise<void> {
  const answer = await send(server, '/api/auth/logout', { method: 'POST', cookies });
  if (answer.status >= 400) throw new Error(`The sign-out was answered ${answer.status}`);
}

/** The status of a renewal; whoever is given new tokens holds them from then on. */
export async function refresh(server: TestServer, session: Held): Promise<number> {
  const cookies = { [COOKIE.refresh]: session.refresh };
  const answer = await send(server, '/api/auth/refresh', { method: 'POST', cookies });
  if (answer.status === 200) {
    session.access = answer.cookies[COOKIE.access] ?? session.access;
    session.refresh = answer.cookies[COOKIE.refresh] ?? session.refresh;
  }
  return answer.status;
}

/** What the issuer and a service of its own say of each access token: `200 valid`, or how it is refused. */
export async function accessOf(
  server: TestServer,
  verifier: SeparateVerifier,
  sessions: Sessions,
): Promise<Record<keyof Sessions, string>> {
  const said = await Promise.all(
    Object.entries(sessions).map(async ([name, { access }]) => {
      const api = await send(server, '/api/me', { headers: { authorization: `Bearer ${access}` } });
      const verdict = (await verifier.verify(access)) === 'valid' ? 'valid' : 'refused';
      return [name, `${api.status} ${verdict}`];
    }),
  );
  return Object.fromEntries(said) as Record<keyof Sessions, string>;
}

/** The status of a renewal of each. */
export async function renewalOf(server: TestServer, sessions: Sessions): Promise<Record<keyof Sessions, number>> {
  const said = await Promise.all(
    Object.entries(sessions).map(async ([name, session]) => [name, await refresh(server, session)]),
  );
  return Object.fromEntries(said) as Record<keyof Sessions, number>;
}
