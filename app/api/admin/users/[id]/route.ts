import { readUserId } from '@/lib/server/admin/acting';
import { changeRoleOf } from '@/lib/server/admin/change-role';
import { disableUser } from '@/lib/server/admin/disable';
import { enableUser } from '@/lib/server/admin/enable';
import { findPerson } from '@/lib/server/admin/person';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { actingOf } from '@/lib/server/routes/acting-admin';
import { changePersonBody } from '@/lib/server/routes/admin-schemas';
import { json, problem } from '@/lib/server/routes/answer';
import { adminChangeRoute, adminRoute } from '@/lib/server/routes/route-handler';

export * from '@/lib/server/routes/other-methods';

export const GET = adminRoute('GET /api/admin/users/[id]', {}, async ({ params }) => {
  const id = readUserId((await params)['id']);
  const user = id === null ? null : await findPerson(id);
  return user === null ? problem('not_found') : json({ user });
});

export const PATCH = adminChangeRoute('PATCH /api/admin/users/[id]', { body: changePersonBody }, async (call) => {
  const id = readUserId((await call.params)['id']);
  if (id === null) return problem('not_found');
  const { body } = call;
  const acting = actingOf(call);
  const changed =
    'role' in body
      ? await changeRoleOf(id, body.role, acting)
      : await (body.disabled ? disableUser : enableUser)(id, acting);
  if (!changed.ok) return problem(changed.code);
  sendDueMail();
  return json({ user: changed.value.user });
});
