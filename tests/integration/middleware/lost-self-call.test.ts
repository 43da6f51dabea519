import { describe, expect, it } from 'vitest';
import { useDatabase } from '@/tests/support/database/use-database';
import { problemOf } from '@/tests/support/http/problems';
import { send } from '@/tests/support/http/requests';
import { prepareSession } from '@/tests/support/people';
import { recordOutput, useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
/** Nobody listens there, and no fetch may go there. */
const NOWHERE = 'http://127.0.0.1:9';
const server = await useServer({ databaseUrl, env: { INTERNAL_ORIGIN: NOWHERE } });
const output = recordOutput(server);

const lines = () =>
  output()
    .split('\n')
    .filter((line) => line.includes('edge.fetch_failed'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('a server that does not reach itself', () => {
  it('answers pages with 503, and says so in one line with address and cause, without a token', async () => {
    const { cookies, refreshOnly, accessToken, refreshToken } = await prepareSession();
    for (let round = 0; round < 5; round += 1) {
      const page = await send(server, '/dashboard', { cookies });
      expect([page.status, page.setCookieLines]).toEqual([503, []]);
    }
    // An API renews in its own process, and asks no server for it.
    expect((await send(server, '/api/me', { cookies: refreshOnly })).status).toBe(200);
    const [line, ...more] = lines();
    expect(more).toEqual([]);
    expect(line).toEqual({
      level: 'error',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      event: 'edge.fetch_failed',
      address: expect.stringMatching(`^${NOWHERE}/(?:\\.well-known/jwks\\.json|api/auth/refresh)$`),
      reason: expect.stringMatching(/^TypeError (?:ECONNREFUSED|bad port)$/),
      count: 1,
    });
    for (const secret of [accessToken, refreshToken, refreshToken.slice(0, 40)]) expect(output()).not.toContain(secret);
  });

  it('is not ready, and its health says nothing of it', async () => {
    const ready = await send(server, '/api/health/ready');
    expect(problemOf(ready)).toBe('503 service_unavailable');
    expect(ready.json()).toMatchObject({ away: ['edge'] });
    expect((await send(server, '/api/health')).status).toBe(200);
    expect((await send(server, '/api/health/live')).status).toBe(200);
  });
});
