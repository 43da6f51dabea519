import { describe, expect, it } from 'vitest';
import type { CountedStatement } from '@/tests/support/database/statements';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { ENDPOINTS, newAddress, newNetwork, post } from '@/tests/support/http/address-endpoints';
import { appearanceOf } from '@/tests/support/http/appearance';
import { createPerson } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl, env: { TRUSTED_PROXY_HOPS: '1' } });

const TABLES = /"(?:AuditEvent|Ceremony|MailLink|Outbox|Password|RateLimit|Session|User)"/;

/**
 * What an answer waits for: neither mail on its way out, nor what a new connection or a process asks for itself, nor where
 * there is a mail what the audit log is told.
 */
function isOfAnswer({ sql }: CountedStatement, status: number): boolean {
  if (sql.includes('INSERT INTO "AuditEvent"')) return status !== 202;
  return TABLES.test(sql) && (!sql.includes('"Outbox"') || sql.includes('INSERT INTO "Outbox"'));
}

// Promise: Whether an address has an account shows in no answer
describe('whether an address has an account', () => {
  it.each(ENDPOINTS)('changes no answer and no statement: $name', async ({ path, status, prepare }) => {
    const looks: unknown[] = [];
    // Twice, because what is remembered of a first time must not tell either.
    for (const isKnown of [true, false, true, false]) {
      const visitor = { email: newAddress(), network: newNetwork() };
      if (isKnown) await createPerson({ email: visitor.email, hasPassword: true });
      const request = await prepare(visitor, server.port);
      const { result, statements } = await countStatements(databaseUrl, () =>
        post(server.port, visitor, path, status, request),
      );
      const asked = statements.filter((one) => isOfAnswer(one, status)).map(({ sql, calls }) => `${calls} × ${sql}`);
      looks.push({ ...appearanceOf(result), asked });
    }
    for (const look of looks) expect(look).toEqual(looks[0]);
    expect(looks[0]).toMatchObject({ asked: expect.arrayContaining([expect.stringContaining('"RateLimit"')]) });
  });
});
