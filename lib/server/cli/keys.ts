import 'server-only';
import { parseEnv } from '@/lib/server/config/env';
import { readKeysArguments } from './keys-arguments';
import { runKeysCommand } from './keys-commands';
import { runProgram } from './program';

// `npm run keys`: signing keys, and the secrets that wrap everything.
await runProgram('keys', async () => {
  const typed = readKeysArguments(process.argv.slice(2));
  if ('ok' in typed) return typed;
  const settings = parseEnv(process.env);
  if (!settings.ok) return { ok: false, sentence: `${settings.faults.join('; ')}.` };
  return runKeysCommand(typed);
});
