import 'server-only';
import { parseArgs } from 'node:util';
import { normalizeEmail } from '@/lib/core/email';
import { isRole, ROLES, type Role } from '@/lib/core/token/claims';
import type { Outcome } from './program';

const USAGE = `npm run users -- show EMAIL                    who has this address: role, sessions, since when
npm run users -- role EMAIL ROLE               ${ROLES.join(' or ')}; every verifier knows it within 5 seconds
npm run users -- factor-reset EMAIL [--now]    for somebody who lost all second factors and recovery codes: after a
                                               day the next right password removes them. With --now at once`;

export type Typed =
  | { readonly command: 'show'; readonly email: string }
  | { readonly command: 'role'; readonly email: string; readonly role: Role }
  | { readonly command: 'factor-reset'; readonly email: string; readonly isNow: boolean };

const COMMANDS = ['show', 'role', 'factor-reset'] as const;

const wrong = (what: string): Outcome => ({ ok: false, sentence: `${what}: npm run users -- help`, isUsage: true });

/** What was typed after `npm run users --`: a command with the address in its one spelling, or what to answer at once. */
export function readUsersArguments(args: string[]): Typed | Outcome {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return wrong(error instanceof Error ? error.message.split('. ', 1).join('') : 'unknown option');
  }
  const [command, address, role, ...more] = parsed.positionals;
  if (parsed.values.help || command === 'help') return { ok: true, text: USAGE };
  if (command === undefined) return wrong('say what to do');
  const known = COMMANDS.find((name) => name === command);
  if (known === undefined) return wrong(`there is no command "${command}"`);
  const { now: isNow = false } = parsed.values;
  if (isNow && known !== 'factor-reset') return wrong(`${known} takes no --now`);
  if (address === undefined) return wrong(`${command} takes an EMAIL`);
  const email = normalizeEmail(address);
  if (email === null) return wrong(`"${address}" is no address`);
  if (known === 'show') return role === undefined ? { command: known, email } : wrong(`show takes no "${role}"`);
  if (known === 'factor-reset') {
    return role === undefined ? { command: known, email, isNow } : wrong(`factor-reset takes no "${role}"`);
  }
  if (role === undefined || more.length > 0) return wrong('role takes an EMAIL and one ROLE');
  return isRole(role) ? { command: known, email, role } : wrong(`a role is one of ${ROLES.join(', ')}`);
}

const parse = (args: string[]) =>
  parseArgs({
    args,
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, now: { type: 'boolean' } },
  });
