import 'server-only';
import { newId } from '@/lib/core/encoding';
import { runProgram } from '@/lib/server/cli/program';
import { DEMO_ACCOUNTS } from '@/lib/server/config/demo-accounts';
import { env } from '@/lib/server/config/env';
import { db } from '@/lib/server/database/client';
import { randomBytes } from '@/lib/server/keys/random';
import { hashWhenFree } from '@/lib/server/passwords/hasher';
import { takeInvitation } from '@/lib/server/users/passkey-invitation';

// `npm run db:seed`: makes the demo accounts that are missing and leaves those alone that are there.
await runProgram('db:seed', async () => {
  if (env().embeddedDataFolder === null) {
    return { ok: false, sentence: 'demo accounts are made on the embedded database only (npm run quickstart).' };
  }
  for (const { email, name, role, password } of DEMO_ACCOUNTS) {
    if ((await db().user.count({ where: { email } })) > 0) continue;
    const hashed = await hashWhenFree(email, password);
    if (!hashed.ok) return { ok: false, sentence: `the password of ${email} could not be hashed: ${hashed.code}.` };
    const data = { id: newId(randomBytes), email, name, role, password: { create: { hash: hashed.value } } };
    await db().user.create({ data });
    // Many share these accounts: nobody is offered a passkey for one.
    await takeInvitation(data.id);
  }
  return { ok: true };
});
