import 'server-only';
import { parseArgs } from 'node:util';
import { isSigningAlgorithm, SIGNING_ALGORITHMS, type SigningAlgorithm } from '@/lib/core/keys/signing-key';
import type { Outcome } from './program';

const USAGE = `npm run keys -- status [--json]               keys, secrets, and what is due
npm run keys -- rotate [--alg ALG] [--wait]   the next key signs from now on; ALG: ${SIGNING_ALGORITHMS.join(', ')}
npm run keys -- retire KID                    the key signs no more; its tokens stay good
npm run keys -- revoke KID                    emergency: the key and its tokens are refused within a minute
npm run keys -- rewrap                        wraps every stored key under the first entry of AUTH_SECRET`;

export type Flags = {
  readonly algorithm: SigningAlgorithm | null;
  readonly isWaiting: boolean;
  readonly isJson: boolean;
};

/** Which flags a command takes, and whether it takes a kid. */
const COMMANDS = {
  status: { flags: ['json'], takesKid: false },
  rotate: { flags: ['alg', 'wait'], takesKid: false },
  retire: { flags: [], takesKid: true },
  revoke: { flags: [], takesKid: true },
  rewrap: { flags: [], takesKid: false },
} as const;
export type Command = keyof typeof COMMANDS;

export type Typed = { readonly command: Command; readonly kid: string; readonly flags: Flags };

const isCommand = (text: string): text is Command => Object.hasOwn(COMMANDS, text);
const wrong = (what: string): Outcome => ({ ok: false, sentence: `${what}: npm run keys -- help`, isUsage: true });

/** What was typed after `npm run keys --`: a command, or what to answer at once. */
export function readKeysArguments(args: string[]): Typed | Outcome {
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
  if (values.help || command === 'help') return { ok: true, text: USAGE };
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
