import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { type Cluster, clusterAt, useCluster } from '@/tests/support/database/cluster';
import { sql } from '@/tests/support/database/sql';
import { rehearseRestore } from '@/tests/support/restore/drill';

const { cluster, url } = await useCluster();
let restored: Cluster | null = null;
afterAll(() => restored?.stop('immediate'));

it('a restore to a moment between two backups: the same', async () => {
  const data = path.join(cluster.folder, 'restored');
  let moment = '';
  const { printed } = await rehearseRestore(url, {
    async mark() {
      await db().$disconnect();
      await cluster.tool('pg_basebackup', '-D', data, '-X', 'stream', '-c', 'fast', '-d', cluster.urlOf('postgres'));
      const [row] = await sql<{ now: string }>(url, 'SELECT clock_timestamp()::text AS now');
      moment = row?.now ?? '';
    },
    async restore() {
      await sql(url, 'SELECT pg_switch_wal()');
      await cluster.stop();
      await writeFile(path.join(data, 'recovery.signal'), '');
      const copy = await clusterAt(cluster.folder, data, {
        archive_mode: 'off',
        restore_command: `cp ${cluster.folder}/archive/%f %p`,
        recovery_target_time: moment,
        recovery_target_action: 'promote',
      });
      restored = copy;
      await copy.start();
      const isRecovering = async () =>
        (await sql<{ is: boolean }>(copy.urlOf('app'), 'SELECT pg_is_in_recovery() AS is'))[0]?.is;
      await expect.poll(isRecovering, { timeout: 30_000 }).toBe(false);
      return copy.urlOf('app');
    },
  });
  expect(printed).toContain('2 sessions were ended again');
});
