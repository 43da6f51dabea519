import { expect, it } from 'vitest';
import { DEMO_ACCOUNTS } from '@/lib/server/config/demo-accounts';
import { runCommand } from '@/tests/support/database/postgres';
import { sql } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { send } from '@/tests/support/http/requests';
import { testEnvironment } from '@/tests/support/server/environment';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();

it('a server on a database of its own knows no demo accounts and no mailbox, and none are made there', async () => {
  const server = await useServer({ databaseUrl, env: { HANDSTAMP_DATA: '' } });
  const page = await send(server, '/login');
  expect(page.status).toBe(200);
  for (const { email, password } of DEMO_ACCOUNTS) {
    expect(page.text).not.toContain(email);
    expect(page.text).not.toContain(password);
    const refused = await send(server, '/api/auth/login', { method: 'POST', json: { email, password } });
    expect(refused.status).toBe(401);
  }
  for (const place of ['/dev/mail', '/api/dev/mail']) expect((await send(server, place)).status, place).toBe(404);
  const seeding = runCommand('prisma/seed.ts', testEnvironment(databaseUrl));
  await expect(seeding).rejects.toThrow('on the embedded database only');
  expect(await sql(databaseUrl, 'SELECT FROM "User"')).toEqual([]);
});
