import 'server-only';
import { parseArgs } from 'node:util';
import { isResource } from '@/lib/core/http/origins';
import { parseEnv } from '@/lib/server/config/env';
import {
  addClient,
  listClients,
  type NewCredentials,
  removeClient,
  renewClientSecret,
} from '@/lib/server/oauth/client-store';
import { type Outcome, runProgram } from './program';

const USAGE = `npm run clients -- add NAME [--audience URI]   a service that may ask about tokens meant for it
npm run clients -- list
npm run clients -- renew NAME                  a new secret; the old one is dead at once
npm run clients -- remove NAME`;

const MAX_NAME = 80;
const OWN_ORIGIN = 'APP_ORIGIN';

// `npm run clients`: services that may use POST /api/oauth/introspect.
await runProgram('clients', async (): Promise<Outcome> => {
  const settings = parseEnv(process.env);
  if (!settings.ok) return { ok: false, sentence: `${settings.faults.join('; ')}.` };
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { audience: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  const [command, name, ...rest] = positionals;
  if (values.help || command === undefined || command === 'help') return say(USAGE);
  if (rest.length > 0) return { ok: false, sentence: `one name at a time.\n${USAGE}` };
  if (command === 'list') return list();
  if (name === undefined || name.trim() === '') return { ok: false, sentence: `say which one.\n${USAGE}` };
  switch (command) {
    case 'add':
      return add(name.trim(), values.audience ?? null, settings.env.tokenAudiences);
    case 'renew':
      return renew(name.trim());
    case 'remove':
      return (await removeClient(name.trim())) ? say(`Removed ${name.trim()}.`) : unknown(name);
    default:
      return { ok: false, sentence: `there is no command "${command}".\n${USAGE}` };
  }
});

async function list(): Promise<Outcome> {
  const clients = await listClients();
  if (clients.length === 0) return say('There are none yet: npm run clients -- add NAME');
  const shown = clients.map(
    ({ id, name, audience, createdAt }) =>
      `${name}\n  client_id: ${id}\n  audience: ${audience ?? OWN_ORIGIN}\n  since: ${createdAt.toISOString()}`,
  );
  return say(shown.join('\n'));
}

async function add(name: string, audience: string | null, known: readonly string[]): Promise<Outcome> {
  if (name.length > MAX_NAME || /\p{Cc}/u.test(name)) {
    return { ok: false, sentence: `a name has at most ${MAX_NAME} characters, none of them a control character.` };
  }
  if (audience !== null && !isResource(audience)) {
    return { ok: false, sentence: 'the audience must be an absolute URL without a fragment.' };
  }
  const credentials = await addClient(name, audience);
  if (credentials === null) return { ok: false, sentence: `there is a client "${name}" already.` };
  const lines = [shown(credentials), `audience: ${audience ?? OWN_ORIGIN}`];
  if (audience !== null && !known.includes(audience)) {
    lines.push('No token has this audience until TOKEN_AUDIENCES names it.');
  }
  return say(lines.join('\n'));
}

async function renew(nameOrId: string): Promise<Outcome> {
  const credentials = await renewClientSecret(nameOrId);
  return credentials === null ? unknown(nameOrId) : say(shown(credentials));
}

// Declared, not assigned: the program above ends the process before a line down here is reached.
function shown({ id, secret }: NewCredentials): string {
  return `client_id: ${id}\nclient_secret: ${secret}\nKeep the secret now: it is not shown again, only its hash is stored.`;
}

function say(text: string): Outcome {
  return { ok: true, text };
}

function unknown(name: string): Outcome {
  return { ok: false, sentence: `there is no client "${name}".` };
}
