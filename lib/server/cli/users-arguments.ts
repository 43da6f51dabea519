import 'server-only';
import { parseArgs } from 'node:util';
import { normalizeEmail } from '@/lib/core/email';
import { isRole, ROLES, type Role } from '@/lib/core/token/claims';
import { readMoment } from './moment';
import type { Outcome } from './program';

const USAGE = `npm run users -- list [--search TEXT] [--role ROLE] [--disabled] [--limit N] [--after PLACE] [--json]
                                               people, newest first, or by address; TEXT begins it, or is an id
npm run users -- show EMAIL [--json]           who has this address: role, sessions, since when
npm run users -- role EMAIL ROLE               ${ROLES.join(' or ')}; nobody is signed out by it
npm run users -- disable EMAIL                 nobody signs in to it, every session ends, and a mail says so
npm run users -- enable EMAIL
npm run users -- end-sessions EMAIL            signs somebody out everywhere
npm run users -- end-sessions --all --before TIME
                                               signs everybody out whose session began before TIME, such as
                                               2026-11-27T08:00:00Z: for the day after a restore of the database
npm run users -- force-reset EMAIL             deletes the password, ends every session, mails a link to a new one
npm run users -- factor-reset EMAIL [--now]    for somebody who lost all second factors and recovery codes: after a
                                               day the next right password removes them. With --now at once
npm run users -- delete EMAIL                  deletes the account in a week, unless its owner keeps it by a link`;

/** Commands about one person and nothing else, with the flags that they take. */
const ABOUT_ONE = {
  show: ['json'],
  disable: [],
  enable: [],
  'force-reset': [],
  delete: [],
  'factor-reset': ['now'],
} as const;
type AboutOne = keyof typeof ABOUT_ONE;

const FLAGS = {
  ...ABOUT_ONE,
  list: ['search', 'role', 'disabled', 'limit', 'after', 'json'],
  role: [],
  'end-sessions': ['all', 'before'],
} as const;

/** What `list` shows. */
export type Listing = {
  readonly search: string | null;
  readonly role: Role | null;
  readonly isDisabled: boolean | null;
  readonly limit: number;
  readonly after: string | null;
  readonly isJson: boolean;
};

export type Typed =
  | { readonly command: 'show'; readonly email: string; readonly isJson: boolean }
  | { readonly command: 'role'; readonly email: string; readonly role: Role }
  | { readonly command: 'factor-reset'; readonly email: string; readonly isNow: boolean }
  | {
      readonly command: 'disable' | 'enable' | 'force-reset' | 'end-sessions' | 'delete';
      readonly email: string;
    }
  | { readonly command: 'end-all'; readonly before: Date }
  | ({ readonly command: 'list' } & Listing);

const DEFAULT_LIMIT = 25;
const MAX_LIMIT = 1_000;

const wrong = (what: string): Outcome => ({ ok: false, sentence: `${what}: npm run users -- help`, isUsage: true });
const isCommand = (text: string): text is keyof typeof FLAGS => Object.hasOwn(FLAGS, text);
const isAboutOne = (text: string): text is AboutOne => Object.hasOwn(ABOUT_ONE, text);

/** What was typed after `npm run users --`: a command with the address in its one spelling, or what to answer at once. */
export function readUsersArguments(args: string[]): Typed | Outcome {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return wrong(error instanceof Error ? error.message.split('. ', 1).join('') : 'unknown option');
  }
  const { values, positionals } = parsed;
  const [command, ...rest] = positionals;
  if (values.help || command === 'help') return { ok: true, text: USAGE };
  if (command === undefined) return wrong('say what to do');
  if (!isCommand(command)) return wrong(`there is no command "${command}"`);
  const foreign = Object.keys(values).find((name) => !FLAGS[command].some((flag) => flag === name));
  if (foreign !== undefined) return wrong(`${command} takes no --${foreign}`);
  if (command === 'list') return readListing(values, rest);
  if (command === 'end-sessions' && (values.all || values.before !== undefined)) return readEndAll(values, rest);
  const [address, role, ...more] = rest;
  if (address === undefined) return wrong(`${command} takes an EMAIL`);
  const email = normalizeEmail(address);
  if (email === null) return wrong(`"${address}" is no address`);
  if (command === 'role') {
    if (role === undefined || more.length > 0) return wrong('role takes an EMAIL and one ROLE');
    return isRole(role) ? { command, email, role } : wrong(`a role is one of ${ROLES.join(', ')}`);
  }
  if (role !== undefined) return wrong(`${command} takes no "${role}"`);
  if (!isAboutOne(command)) return { command, email };
  return aboutOne(command, email, values);
}

function aboutOne(command: AboutOne, email: string, { json = false, now = false }: Values): Typed {
  switch (command) {
    case 'show':
      return { command, email, isJson: json };
    case 'factor-reset':
      return { command, email, isNow: now };
    default:
      return { command, email };
  }
}

function readListing(values: Values, [more]: readonly string[]): Typed | Outcome {
  if (more !== undefined) return wrong(`list takes no "${more}"`);
  const { search = null, role = null, disabled = false, limit, after = null, json = false } = values;
  if (role !== null && !isRole(role)) return wrong(`a role is one of ${ROLES.join(', ')}`);
  if (search !== null && search.trim().length < 2) return wrong('--search takes two characters or more');
  const count = limit === undefined ? DEFAULT_LIMIT : Number(/^\d{1,4}$/.test(limit) ? limit : 0);
  if (count < 1 || count > MAX_LIMIT) return wrong(`--limit is a number from 1 to ${MAX_LIMIT}`);
  const spelled = search === null ? null : (normalizeEmail(search) ?? search.trim());
  return {
    command: 'list',
    search: spelled,
    role,
    isDisabled: disabled ? true : null,
    limit: count,
    after,
    isJson: json,
  };
}

function readEndAll({ all = false, before }: Values, [more]: readonly string[]): Typed | Outcome {
  if (more !== undefined) return wrong('end-sessions takes an EMAIL, or --all and --before');
  if (!all || before === undefined) return wrong('--all and --before TIME go together');
  const at = readMoment(before);
  if (at === null) return wrong(`"${before}" is no time such as 2026-11-27T08:00:00Z`);
  return { command: 'end-all', before: at };
}

type Values = ReturnType<typeof parse>['values'];

const parse = (args: string[]) =>
  parseArgs({
    args,
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      json: { type: 'boolean' },
      now: { type: 'boolean' },
      all: { type: 'boolean' },
      before: { type: 'string' },
      search: { type: 'string' },
      role: { type: 'string' },
      disabled: { type: 'boolean' },
      limit: { type: 'string' },
      after: { type: 'string' },
    },
  });
