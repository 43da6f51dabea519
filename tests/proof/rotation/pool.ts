import { newId } from '@/lib/core/encoding';
import { db } from '@/lib/server/database/client';
import { randomBytes } from '@/lib/server/keys/random';

/** Makes so many people, in one statement; their ids. One session each, so that none ends another one. */
export async function makePeople(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId(randomBytes));
  await db().$executeRaw`
    INSERT INTO "User" (id, email, name, role)
    SELECT id, lower(md5(id)) || '@rotation.test', 'Somebody', 'member' FROM unnest(${ids}::text[]) AS id`;
  return ids;
}

/** Works through `tasks`, so many at a time, and takes no further ones once `work` says so by false. */
export async function severalAtOnce<T>(
  tasks: readonly T[],
  atOnce: number,
  work: (task: T, at: number) => Promise<boolean>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < tasks.length) {
      const at = next;
      next += 1;
      const task = tasks[at];
      if (task !== undefined && !(await work(task, at))) next = tasks.length;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
