import 'server-only';
import { parseArgs } from 'node:util';
import { isSigningAlgorithm, SIGNING_ALGORITHMS, type SigningAlgorithm } from '@/lib/core/keys/signing-key';
import { parseEnv } from '@/lib/server/config/env';
import { keyReport } from '@/lib/server/keys/report';
import { rewrapKeys } from '@/lib/server/keys/rewrap';
import { retireKey, revokeKey, rotateKeys } from '@/lib/server/keys/rotation';
import { showReport } from './keys-report';
import { atTime, pause, showRotation } from './keys-rotation';
import { type Outcome, runProgram } from './program';

const USAGE = `npm run keys -- status [--json]               keys, secrets, and what is due
npm run keys -- rotate [--alg ALG] [--wait]   the next key signs from now on; ALG: ${SIGNING_ALGORITHMS.join(', ')}
npm run keys -- retire KID                    the key signs no more; its tokens stay good
npm run keys -- revoke KID                    emergency: the key and its tokens are refused within a minute
npm run keys -- rewrap                        wraps every stored key under the first entry of AUTH_SECRET`;

type Flags = { readonly algorithm: SigningAlgorithm | null; readonly isWaiting: boolean; readonly isJson: boolean };

/** Which flags a command takes, and whether it takes a kid. */
const COMMANDS = {
  status: { flags: ['json'], takesKid: false },
  rotate: { flags: ['alg', 'wait'], takesKid: false },
  retire: { flags: [], takesKid: true },
  revoke: { flags: [], takesKid: true },
  rewrap: { flags: [], takesKid: false },
} as const;
type Command = keyof typeof COMMANDS;

const isCommand = (text: string): text is Command => Object.hasOwn(COMMANDS, text);
const wrong = (what: string): Outcome => ({ ok: false, sentence: `${what}: npm run keys -- help`, isUsage: true });
const refused = (sentence: string): Outcome => ({ ok: false, sentence });

// `npm run keys`: signing keys, and the secrets that wrap everything.
await runProgram('keys', async (): Promise<Outcome> => {
  const typed = read(process.argv.slice(2));
  if (typed === null) {
    console.log(USAGE);
    return { ok: true };
  }
  if ('ok' in typed) return typed;
  const settings = parseEnv(process.env);
  if (!settings.ok) return refused(`${settings.faults.join('; ')}.`);
  return run(typed.command, typed.kid, typed.flags);
});

type Typed = { readonly command: Command; readonly kid: string; readonly flags: Flags };

/** What was typed; null asks for help. */
function read(args: string[]): Typed | Outcome | null {
  // A kid may begin with a dash, which would make it an option: it is whatever follows these two words.
  const [first, second, ...rest] = args;
  if ((first === 'retire' || first === 'revoke') && second !== undefined && /^-[\w-]{7}$/.test(second)) {
    if (rest.length > 0) return wrong(`${first} takes one KID`);
    return { command: first, kid: second, flags: { algorithm: null, isWaiting: false, isJson: false } };
  }
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return wrong(error instanceof Error ? error.message.split('. ', 1).join('') : 'unknown option');
  }
  const { values, positionals } = parsed;
  const [command, kid = '', ...more] = positionals;
  if (values.help || command === 'help') return null;
  if (command === undefined) return wrong('say what to do');
  if (!isCommand(command)) return wrong(`there is no command "${command}"`);
  const { flags, takesKid } = COMMANDS[command];
  if (takesKid !== (kid !== '') || more.length > 0) {
    return wrong(takesKid ? `${command} takes one KID` : `${command} takes no "${kid}"`);
  }
  const foreign = Object.keys(values).find((name) => !flags.some((flag) => flag === name));
  if (foreign !== undefined) return wrong(`${command} takes no --${foreign}`);
  const { alg = null, wait = false, json = false } = values;
  if (alg !== null && !isSigningAlgorithm(alg)) return wrong(`--alg is one of ${SIGNING_ALGORITHMS.join(', ')}`);
  return { command, kid, flags: { algorithm: alg, isWaiting: wait, isJson: json } };
}

function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      alg: { type: 'string' },
      wait: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

function run(command: Command, kid: string, flags: Flags): Promise<Outcome> {
  switch (command) {
    case 'status':
      return status(flags.isJson);
    case 'rotate':
      return rotate(flags);
    case 'retire':
      return retire(kid);
    case 'revoke':
      return revoke(kid);
    case 'rewrap':
      return rewrap();
  }
}

async function status(isJson: boolean): Promise<Outcome> {
  const report = await keyReport();
  console.log(isJson ? JSON.stringify(report, null, 2) : showReport(report));
  return { ok: true };
}

async function rotate({ algorithm, isWaiting }: Flags): Promise<Outcome> {
  for (;;) {
    const outcome = await rotateKeys(algorithm === null ? {} : { algorithm });
    if (outcome.kind === 'rotated' || !isWaiting) {
      const again = `npm run keys -- rotate${algorithm === null ? '' : ` --alg ${algorithm}`}`;
      const text = showRotation(outcome, again);
      return outcome.kind === 'too_early' ? refused(text) : say(text);
    }
    if (outcome.kind === 'next_replaced') console.log(showRotation(outcome, null));
    await pause(outcome.next.readyAt - outcome.now, `Key ${outcome.next.kid} may sign`);
  }
}

async function retire(kid: string): Promise<Outcome> {
  const outcome = await retireKey(kid);
  switch (outcome.kind) {
    case 'unknown_key':
      return refused(`there is no signing key "${kid}": npm run keys -- status`);
    case 'gone':
      return say(`Key ${kid} is gone already: nobody accepts it.`);
    case 'already_retired':
      return say(`Key ${kid} signs no more. It leaves the key set ${atTime(outcome.publishedUntil)}.`);
    case 'too_early':
      return refused(showRotation(outcome, `npm run keys -- retire ${kid}`));
    default:
      return say(showRotation(outcome, null));
  }
}

async function revoke(kid: string): Promise<Outcome> {
  const outcome = await revokeKey(kid);
  if (outcome.kind === 'unknown_key') return refused(`there is no signing key "${kid}": npm run keys -- status`);
  if (outcome.kind === 'gone') return say(`Key ${kid} is gone already: nobody accepts it.`);
  const { revoked, promoted, next } = outcome;
  const lines = [
    `Key ${revoked.kid} (${revoked.algorithm}) is revoked. This service refuses its tokens within 2 seconds, others once their copy of the key set is a minute old.`,
  ];
  if (promoted !== null) lines.push(`Key ${promoted.kid} (${promoted.algorithm}) signs from now on. Sessions stay.`);
  if (next !== null)
    lines.push(`Key ${next.kid} (${next.algorithm}) is published and may sign ${atTime(next.readyAt)}.`);
  return say(lines.join('\n'));
}

async function rewrap(): Promise<Outcome> {
  const outcome = await rewrapKeys();
  if (outcome.kind === 'cannot_open') {
    const { id, purpose } = outcome;
    return refused(`no entry of AUTH_SECRET opens key ${id} (${purpose}): nothing was changed.`);
  }
  const { moved, total } = outcome;
  if (moved === 0) return say(`All ${total} stored keys were wrapped by the first entry of AUTH_SECRET already.`);
  return say(
    `${moved} of ${total} stored keys are now wrapped by the first entry of AUTH_SECRET. Next: npm run keys -- status`,
  );
}

function say(text: string): Outcome {
  console.log(text);
  return { ok: true };
}
