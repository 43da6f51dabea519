import { expect, it } from 'vitest';
import { activityOf } from '@/lib/server/audit/activity';
import { recordAudit } from '@/lib/server/audit/audit-log';
import { searchAudit } from '@/lib/server/audit/audit-search';
import { useDatabase } from '@/tests/support/database/use-database';
import { createPerson } from '@/tests/support/people';

await useDatabase();
const page = { before: null, limit: 10 };

it('where an admin was, who did something to an account, is told to admins and not to its owner', async () => {
  const [admin, owner] = [await createPerson({ role: 'admin' }), await createPerson()];
  const from = { ip: '192.0.2.7', userAgent: 'curl/8.0' };
  await recordAudit({ type: 'name_changed', userId: owner.id, ...from });
  await recordAudit({ type: 'role_changed', userId: owner.id, actorId: admin.id, ...from });
  const seen = { device: 'curl', ip: '192.0.2.7' };
  expect((await activityOf(owner.id, page)).events).toMatchObject([
    { type: 'role_changed', actor: admin.id, device: null, ip: null },
    { type: 'name_changed', actor: null, ...seen },
  ]);
  expect((await searchAudit({ user: owner.id }, page)).events).toMatchObject([
    { type: 'role_changed', actor: admin.id, ...seen },
    { type: 'name_changed', actor: null, ...seen },
  ]);
});
