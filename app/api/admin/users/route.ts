import { readQuery, usersQuery } from '@/lib/server/routes/admin-schemas';
import { json } from '@/lib/server/routes/answer';
import { adminRoute } from '@/lib/server/routes/route-handler';
import { listUsers } from '@/lib/server/users/user-list';

export * from '@/lib/server/routes/other-methods';

export const GET = adminRoute('GET /api/admin/users', {}, async ({ request }) => {
  const asked = readQuery(usersQuery, request.nextUrl.searchParams);
  if (!asked.ok) return asked.error;
  const { disabled: isDisabled, cursor: after, ...rest } = asked.value;
  const { users, next } = await listUsers({ ...rest, isDisabled, after });
  return json({ users, next });
});
