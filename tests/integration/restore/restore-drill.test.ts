import { afterAll, expect, inject, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { asAdmin, dropDatabase, nameOf } from '@/tests/support/database/postgres';
import { endConnections } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { rehearseRestore } from '@/tests/support/restore/drill';

const { url } = await useDatabase();
const restoredUrl = Object.assign(new URL(url), { pathname: `/${nameOf(url)}_restored` }).href;
afterAll(() => dropDatabase(inject('adminUrl'), restoredUrl));

/** A copy of every file of the database is what a dump is, at a moment when nobody writes: the sequences too are where they were. */
async function copy(): Promise<void> {
  await db().$disconnect();
  await endConnections(url);
  await asAdmin(inject('adminUrl'), async (admin) => {
    await admin.query(`CREATE DATABASE ${nameOf(restoredUrl)} TEMPLATE ${nameOf(url)}`);
  });
}

// Promise: A database that was restored is made good by one command
it('after a restore every ended session is refused everywhere, nobody else is signed out, and nobody at birth', async () => {
  const { printed } = await rehearseRestore(url, { mark: copy, restore: async () => restoredUrl }, 'short');
  expect(printed).toContain('2 sessions were ended again, of those that the file names.');
  expect(printed).toContain('Now start the instances.');
});
