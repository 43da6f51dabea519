import { runCommand } from './database/postgres';

/** The two people of every end-to-end test, made by prisma/seed.ts. */
export const MEMBER = { email: 'member@handstamp.test', password: 'violet-otter-maps-the-harbour' };
export const ADMIN = { email: 'admin@handstamp.test', password: 'copper-lantern-tunes-the-orchard' };

/** Makes both in a database. `env`: the settings of the server that uses it, with HANDSTAMP_DATA. */
export async function seedAccounts(env: Record<string, string>): Promise<void> {
  await runCommand('prisma/seed.ts', env);
}
