import 'server-only';
import { runProgram } from '@/lib/server/cli/program';
import { pepperKeys } from '@/lib/server/data-keys';
import { db } from '@/lib/server/db';
import { env } from '@/lib/server/env';
import { bcryptOf, formatStored, newSalt, passwordBytes } from '@/lib/server/password-hash';

// The passwords are public: README, quickstart. That is why they exist on the embedded database only.
const DEMO_ACCOUNTS = [
  { email: 'member@handstamp.test', name: 'Mira Member', role: 'member', password: 'violet-otter-maps-the-harbour' },
  { email: 'admin@handstamp.test', name: 'Ada Admin', role: 'admin', password: 'copper-lantern-tunes-the-orchard' },
] as const;

/** What `hashPassword` does, on this thread: a worker thread cannot run TypeScript outside of a bundle. */
async function hash(password: string): Promise<string> {
  const { current } = await pepperKeys();
  return formatStored(current.id, bcryptOf(passwordBytes(password), current.bytes, newSalt()));
}

// `npm run db:seed`: makes the demo accounts that are missing and leaves those alone that are there.
await runProgram('db:seed', async () => {
  if (env().embeddedDataFolder === null) {
    return { ok: false, sentence: 'demo accounts are made on the embedded database only (npm run quickstart).' };
  }
  for (const { email, name, role, password } of DEMO_ACCOUNTS) {
    if ((await db().user.count({ where: { email } })) > 0) continue;
    const id = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
    const data = { id, email, name, role, password: { create: { hash: await hash(password) } } };
    await db().user.create({ data });
  }
  return { ok: true };
});
