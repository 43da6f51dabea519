import 'server-only';
import { parseArgs } from 'node:util';
import { normalizeEmail } from '@/lib/core/email';
import { isRole, ROLES, type Role } from '@/lib/core/token/claims';
import type { Outcome } from './program';

const USAGE = `npm run users -- show EMAIL          who has this address: role, sessions, since when
npm run users -- role EMAIL ROLE     ${ROLES.join(' or ')}; who loses rights is signed out everywhere`;

export type Typed =
  | { readonly command: 'show'; readonly email: string }
  | { readonly command: 'role'; readonly email: string; readonly role: Role };

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
  if (command !== 'show' && command !== 'role') return wrong(`there is no command "${command}"`);
  if (address === undefined) return wrong(`${command} takes an EMAIL`);
  const email = normalizeEmail(address);
  if (email === null) return wrong(`"${address}" is no address`);
  if (command === 'show') return role === undefined ? { command, email } : wrong(`show takes no "${role}"`);
  if (role === undefined || more.length > 0) return wrong('role takes an EMAIL and one ROLE');
  return isRole(role) ? { command, email, role } : wrong(`a role is one of ${ROLES.join(', ')}`);
}

const parse = (args: string[]) =>
  parseArgs({ args, allowPositionals: true, options: { help: { type: 'boolean', short: 'h' } } });
