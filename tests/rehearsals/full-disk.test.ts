import { spawnSync } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { unprivilegedAccount } from '@/scripts/postgres.mjs';
import { folderOfPostgres, useCluster } from '@/tests/support/database/cluster';
import { sql } from '@/tests/support/database/sql';
import { problemOf } from '@/tests/support/http/problems';
import { send } from '@/tests/support/http/requests';
import { ageRotation, createPerson, PASSWORD, prepareSession, sessionRow } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { cluster, url } = await useCluster();
const disk = await folderOfPostgres('handstamp-disk-');
const mount = (...args: string[]) => {
  const { status, stderr } = spawnSync(process.env['HANDSTAMP_MOUNT'] ?? 'mount', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`mount failed: ${stderr}`);
};
afterAll(async () => {
  await cluster.stop('immediate').catch(() => undefined);
  spawnSync('umount', ['-l', disk]);
  await rm(disk, { recursive: true, force: true });
});

// The tables are on the small disk; WAL is not, because PostgreSQL ends where that has no room.
const { uid, gid } = unprivilegedAccount() ?? { uid: 0, gid: 0 };
mount('-t', 'tmpfs', '-o', `size=64m,mode=0700,uid=${uid},gid=${gid}`, 'tmpfs', disk);
await sql(cluster.urlOf('postgres'), `CREATE TABLESPACE small LOCATION '${disk}'`);
await sql(cluster.urlOf('postgres'), 'ALTER DATABASE app SET TABLESPACE small');
const server = await useServer({ databaseUrl: url });

const filler = path.join(disk, 'something-else');

/** Until not a byte more fits. */
async function fillDisk(): Promise<void> {
  const file = await open(filler, 'w');
  try {
    for (const bytes of [1 << 20, 1 << 12]) {
      const block = Buffer.alloc(bytes, 1);
      while (
        await file.appendFile(block).then(
          () => true,
          () => false,
        )
      );
    }
  } finally {
    await file.close();
  }
}

/** Signs in until the pages that tables had left are full. */
async function untilFull(email: string): Promise<void> {
  for (let n = 0; n < 200; n += 1) {
    const answer = await login(email);
    if (answer.status !== 200) return;
  }
  throw new Error('The disk is never full');
}

const login = (email: string) =>
  send(server, '/api/auth/login', { method: 'POST', json: { email, password: PASSWORD, remember: true } });

it('renewals go on, sign-ins are 503 and counted nowhere, nobody is signed out, and all works again with room', async () => {
  const session = await prepareSession();
  const [first, second] = [await createPerson({ hasPassword: true }), await createPerson({ hasPassword: true })];
  await fillDisk();
  await untilFull(first.email);
  await db().rateLimit.deleteMany();

  for (let n = 0; n < 8; n += 1) expect(problemOf(await login(second.email))).toBe('503 service_unavailable');
  expect(await db().rateLimit.count()).toBe(0);
  let { refreshOnly } = session;
  for (let n = 0; n < 3; n += 1) {
    const renewed = await send(server, '/api/auth/refresh', { method: 'POST', cookies: refreshOnly });
    expect(renewed.status, renewed.text).toBe(200);
    refreshOnly = { ...refreshOnly, ...renewed.cookies };
    await ageRotation(session.id, 60);
  }
  expect((await send(server, '/api/health/ready')).status).toBe(200);

  await rm(filler);
  expect((await login(second.email)).status).toBe(200);
  expect((await send(server, '/dashboard', { cookies: refreshOnly })).status).toBe(200);
  expect((await sessionRow(session.id)).endedAt).toBeNull();
});
