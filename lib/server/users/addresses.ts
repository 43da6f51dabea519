import 'server-only';
import { db } from '@/lib/server/database/client';

/** The addresses of those ids, by id; who is gone has none. */
export async function addressesOf(ids: readonly (string | null)[]): Promise<Readonly<Record<string, string>>> {
  const wanted = [...new Set(ids.filter((id) => id !== null))];
  if (wanted.length === 0) return {};
  const people = await db().user.findMany({ where: { id: { in: wanted } }, select: { id: true, email: true } });
  return Object.fromEntries(people.map(({ id, email }) => [id, email]));
}
