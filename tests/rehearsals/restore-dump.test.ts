import path from 'node:path';
import { expect, it } from 'vitest';
import { useCluster } from '@/tests/support/database/cluster';
import { sql } from '@/tests/support/database/sql';
import { rehearseRestore } from '@/tests/support/restore/drill';

const { cluster, url } = await useCluster();

it('a restore of a dump: what is seen before the command, and after it', async () => {
  const dump = path.join(cluster.folder, 'app.dump');
  const { printed } = await rehearseRestore(url, {
    mark: async () => void (await cluster.tool('pg_dump', '-Fc', '-f', dump, url)),
    async restore() {
      await sql(cluster.urlOf('postgres'), 'CREATE DATABASE dumped');
      await cluster.tool('pg_restore', '-d', cluster.urlOf('dumped'), dump);
      return cluster.urlOf('dumped');
    },
  });
  expect(printed).toContain('2 sessions were ended again');
});
