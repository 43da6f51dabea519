import 'server-only';
import { parseEnv } from '@/lib/server/config/env';
import { runProgram } from './program';
import { readUsersArguments } from './users-arguments';
import { runUsersCommand } from './users-commands';

// `npm run users`: people, as far as no page serves for it; above all the first admin of a server.
await runProgram('users', async () => {
  const typed = readUsersArguments(process.argv.slice(2));
  if ('ok' in typed) return typed;
  const settings = parseEnv(process.env);
  if (!settings.ok) return { ok: false, sentence: `${settings.faults.join('; ')}.` };
  return runUsersCommand(typed);
});
