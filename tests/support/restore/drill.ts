import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { db } from '@/lib/server/database/client';
import { revokeKey } from '@/lib/server/keys/rotation';
import { findFreePort } from '@/scripts/free-port.mjs';
import { type SeparateVerifier, startSeparateVerifier } from '@/tests/integration/drills/separate-verifier';
import { runCommand } from '@/tests/support/database/postgres';
import { sql } from '@/tests/support/database/sql';
import { SITE, send } from '@/tests/support/http/requests';
import { kidIn } from '@/tests/support/keys';
import { createPerson, PASSWORD } from '@/tests/support/people';
import { TEST_AUTH_SECRET, testEnvironment } from '@/tests/support/server/environment';
import { startServer, type TestServer } from '@/tests/support/server/server';
import { recordOutput } from '@/tests/support/server/use-server';
import { accessOf, beginSessions, liveOn, renewalOf, type Sessions } from './lost-time';

/** The entry that the stored keys are wrapped anew under, in the time that is lost. */
const NEW_SECRET = 'YS1uZXctZW50cnktb2YtdGhlLXNlY3JldC1mb3ItdGVzdHM';
const BOTH_SECRETS = `${NEW_SECRET},${TEST_AUTH_SECRET}`;
const SEEN_WITHIN_MS = 5_000;

export type SetBack = {
  /** Takes the backup; from its return on, all that happens will be lost. */
  readonly mark: () => Promise<void>;
  /** The address of a database as it was at that moment. */
  readonly restore: () => Promise<string>;
};

/**
 * Sets the database of this test file back by `setBack` and asserts what is seen after `npm run db:restored`, by the issuer
 * and by a service that knew it before. A whole rehearsal looks before the command too, where the stored keys were wrapped
 * anew in the lost time, and runs the command twice.
 */
export async function rehearseRestore(
  url: string,
  setBack: SetBack,
  extent: 'short' | 'whole' = 'whole',
): Promise<{ restoredUrl: string; printed: string }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'handstamp-restore-'));
  const port = await findFreePort();
  const start = (databaseUrl: string, env: Record<string, string> = {}) =>
    startServer({ databaseUrl, port, env: { APP_ORIGIN: SITE, AUTH_SECRET: BOTH_SECRETS, ...env } });
  const verifier = startSeparateVerifier(SITE, `http://127.0.0.1:${port}`);
  let server: TestServer | null = null;
  try {
    const person = await createPerson({ hasPassword: true });
    const oldSessions = await beginSessions();
    await setBack.mark();
    const lostSince = new Date().toISOString();

    server = await start(url, { AUDIT_LOG: 'stdout' });
    const output = recordOutput(server);
    const sessions = await liveOn(server, oldSessions);
    // A service that has read the lists of the lost time, and will not go back behind them.
    expect(await verifier.verify(sessions.untouched.access)).toBe('valid');
    const revoked = await kidIn('current');
    await revokeKey(revoked);
    if (extent === 'whole') {
      const secrets = { ...testEnvironment(url), AUTH_SECRET: BOTH_SECRETS };
      expect(await runCommand('lib/server/cli/keys.ts', secrets, ['rewrap'])).toContain('stored keys are now wrapped');
    }
    await db().$disconnect();
    const lostNumbers = await sql<{ number: number }>(
      url,
      'SELECT "statusNumber"::int AS number FROM "Session" WHERE "createdAt" >= $1',
      [lostSince],
    );
    const endedIds = [sessions.ended.id, sessions.succeeded.id, sessions.begunAndEnded.id];
    // Their beginnings are told too, and earlier.
    const toldEnds = () =>
      output()
        .split('\n')
        .filter((line) => line.includes('"event":"session.ended"'));
    const untold = () => endedIds.filter((id) => !toldEnds().some((line) => line.includes(id)));
    await expect.poll(untold, { timeout: 15_000 }).toEqual([]);
    await server.kill();
    const file = path.join(folder, 'shipped.log');
    await writeFile(file, output());

    const restoredUrl = await setBack.restore();
    if (extent === 'whole') {
      server = await start(restoredUrl);
      await expectTheTable(server, verifier, sessions);
      expect(await storedKey(restoredUrl, revoked)).toMatchObject({ slot: 'current' });
      await server.kill();
    }
    server = null;

    const command = (...args: string[]) =>
      runCommand('lib/server/cli/restored.ts', { ...testEnvironment(restoredUrl), AUTH_SECRET: BOTH_SECRETS }, [
        '--lost-since',
        lostSince,
        ...args,
      ]);
    const printed = await command('--ended', file);
    const after = await fingerprint(restoredUrl);
    if (extent === 'whole') {
      expect(await command('--ended', file)).toContain('0 sessions were ended again');
      expect(await fingerprint(restoredUrl)).toEqual(after);
    }
    expect(await storedKey(restoredUrl, revoked)).toMatchObject({ slot: null });

    server = await start(restoredUrl);
    const refused = '401 refused';
    const startedMs = performance.now();
    await expect
      .poll(() => accessOf(server as TestServer, verifier, sessions), { timeout: SEEN_WITHIN_MS })
      .toEqual({
        untouched: refused,
        renewed: refused,
        ended: refused,
        succeeded: refused,
        begun: refused,
        begunAndEnded: refused,
      });
    expect(performance.now() - startedMs).toBeLessThan(SEEN_WITHIN_MS);
    // Who was not signed out goes on by what they hold.
    expect(await renewalOf(server, sessions)).toEqual({ ...RENEWALS, ended: 401, succeeded: 401 });
    expect(await accessOf(server, verifier, sessions)).toMatchObject({ untouched: '200 valid', renewed: '200 valid' });

    // Nobody is signed out at birth, by whomever still holds an old list.
    const json = { email: person.email, password: PASSWORD };
    const login = await send(server, '/api/auth/login', { method: 'POST', json });
    expect(login.status, login.text).toBe(200);
    const [born] = await sql<{ number: number }>(
      restoredUrl,
      'SELECT max("statusNumber")::int AS number FROM "Session"',
    );
    expect(lostNumbers.length).toBeGreaterThan(1);
    expect(born?.number).toBeGreaterThan(Math.max(...lostNumbers.map(({ number }) => number)) + 131_072);
    const bornToken = Object.values(login.cookies).find((value) => value.split('.').length === 3) ?? '';
    expect(await verifier.verify(bornToken)).toBe('valid');
    return { restoredUrl, printed };
  } finally {
    await verifier.stop();
    await server?.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of a database that was set back, before anything is done about it. */
const RENEWALS = { untouched: 200, renewed: 200, ended: 200, succeeded: 200, begun: 401, begunAndEnded: 401 };

/** Whatever ended lives again, and what began is known by its token alone. */
async function expectTheTable(server: TestServer, verifier: SeparateVerifier, sessions: Sessions): Promise<void> {
  const good = '200 valid';
  await expect
    .poll(() => accessOf(server, verifier, sessions), { timeout: 15_000 })
    .toEqual({ untouched: good, renewed: good, ended: good, succeeded: good, begun: good, begunAndEnded: good });
  expect(await renewalOf(server, sessions)).toEqual(RENEWALS);
}

async function storedKey(url: string, kid: string) {
  const [key] = await sql<{ slot: string | null }>(url, 'SELECT slot FROM "Key" WHERE id = $1', [kid]);
  return key;
}

/** Everything that the command may change. */
async function fingerprint(url: string): Promise<unknown> {
  return sql(
    url,
    `SELECT (SELECT last_value FROM "Session_statusNumber_seq") AS number,
       (SELECT string_agg(concat_ws(':', id, slot, "expiresAt"), ' ' ORDER BY id) FROM "Key") AS keys,
       (SELECT string_agg(concat_ws(':', id, "endedAt"), ' ' ORDER BY id) FROM "Session") AS sessions,
       (SELECT count(*) FROM "AuditEvent") AS events`,
  );
}
