import { randomBytes } from 'node:crypto';
import { expect, inject } from 'vitest';
import { isRecord } from '@/lib/core/json';
import { budgeted, countStatements } from '@/tests/support/database/statements';
import { atOnce, send } from '@/tests/support/http/requests';
import { COOKIE, prepareSession } from '@/tests/support/people';
import { encodePart, partsOf, readPart, signCompact } from '../../../fixtures/signing';
import type { Attempt } from '../forge';
import type { Ground } from '../ground';
import { ALL_OPEN, ALL_SHUT, doorsFor } from '../openings';
import type { Scenarios } from '../scenarios';
import { asBearer, ask } from '../wire';

const byBearer = ({ server }: Ground, token: string) => send(server, '/api/me', { headers: asBearer(token) });

/** Everything that is accepted is so everywhere: on Node, at the edge and in the other process. */
async function expectAcceptedAlike(ground: Ground, attempts: readonly Attempt[]): Promise<void> {
  const accepted = attempts.filter(({ codes }) => codes.includes('accepted'));
  expect(accepted.length).toBeGreaterThan(0);
  for (const { name, token } of accepted) expect([name, await doorsFor(ground, token)]).toEqual([name, ALL_OPEN]);
}

/** Scenarios of what a token says, and how it is written. */
export const TEXTS: Scenarios = {
  async A1({ server, service }) {
    const [api, page] = [await send(server, '/api/me'), await send(server, '/dashboard')];
    expect([api.status, page.status, (await service.ask(null)).status]).toEqual([401, 303, 401]);
  },

  async A3(ground) {
    const bad = await atOnce(200, async (number) => (await byBearer(ground, `${ground.genuine()}${number}`)).status);
    expect(new Set(bad)).toEqual(new Set([401]));
    for (const _again of [1, 2]) expect(await doorsFor(ground, ground.genuine())).toEqual(ALL_OPEN);
  },

  async A16(ground, attempts) {
    const startedAt = performance.now();
    await Promise.all(attempts.map(({ token }) => byBearer(ground, token)));
    // One that slept would take ten seconds by itself.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  },

  async A18(ground, attempts) {
    const { statements } = await countStatements(inject('adminUrl'), ground.databaseUrl, () =>
      Promise.all(attempts.map(async ({ token }) => (await byBearer(ground, token)).status)),
    );
    expect(budgeted(statements), JSON.stringify(statements)).toBe(0);
  },

  async A20(ground) {
    // The one address that a verifier does follow is that of a list of the issuer's own.
    const { signed, listener, now } = await ground.forge();
    for (const iat of [now, now - 60]) {
      const token = await signed({ iat, status: { status_list: { idx: 5, uri: `${listener}/status-lists/0` } } });
      const { api, bearer } = await doorsFor(ground, token);
      expect([api, bearer]).toEqual([401, 401]);
    }
  },

  async A23(ground) {
    // The issuer's word for somebody who is not: every verifier takes it, and where people are looked up there is nobody.
    const nobody = await (await ground.forge()).signed({ sub: 'string' });
    expect(await doorsFor(ground, nobody)).toEqual({ ...ALL_SHUT, page: 307, service: 200 });
  },

  C2: expectAcceptedAlike,
  C14: expectAcceptedAlike,

  async C16(ground, attempts) {
    const long = attempts.filter(({ token }) => token.length > 13_000);
    expect(long.length).toBeGreaterThan(3);
    const startedAt = performance.now();
    for (const { name, token } of long) {
      const path = '/api/me';
      // Node ends the connection while such a head still arrives: the answer, or the end of the connection before it.
      const status = await ask({ port: ground.server.port, path, headers: asBearer(token) }).then(
        (got) => got.status,
        () => 431,
      );
      expect([name, status]).toEqual([name, 431]);
    }
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  },

  async C23(ground) {
    const session = await prepareSession();
    const [header, payload] = partsOf(session.accessToken);
    const { signing } = await ground.forge();
    const raised = `{"__proto__":{"role":"admin"},"constructor":{"role":"admin"},${JSON.stringify(readPart(payload)).slice(1)}`;
    const token = await signCompact(readPart(header), raised, signing);
    const me: unknown = (await byBearer(ground, token)).json();
    expect(isRecord(me) ? me['user'] : null).toMatchObject({ id: session.person.id, role: 'member' });
    expect((await send(ground.server, '/admin/users', { cookies: { [COOKIE.access]: token } })).status).toBe(404);
    const seen = await ground.service.ask(asBearer(token).authorization);
    expect(JSON.parse(seen.body)).toEqual({ sub: session.person.id, role: 'member' });
  },

  async C17(ground) {
    const { header, parts } = await ground.forge();
    ground.issuer.takeCounts();
    const startedAt = performance.now();
    const statuses = await atOnce(40, async () => {
      const seen: number[] = [];
      for (let turn = 0; turn < 25; turn += 1) {
        const kid = randomBytes(6).toString('base64url');
        const token = `${encodePart({ ...header, kid })}.${parts[1]}.${parts[2]}`;
        seen.push((await ground.service.ask(asBearer(token).authorization)).status);
      }
      return seen;
    });
    expect(new Set(statuses.flat())).toEqual(new Set([401]));
    const { 'GET /.well-known/jwks.json': looks = 0 } = ground.issuer.takeCounts();
    expect(looks).toBeLessThanOrEqual(Math.floor((performance.now() - startedAt) / 10_000) + 1);
  },
};
