import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { accessOf } from '@/lib/core/http/route-policy';
import { SIGNING_ALGORITHMS } from '@/lib/core/keys/signing-key';
import * as policy from '@/lib/core/policy';
import { EVENT_WORDS } from '@/lib/server/audit/event-words';
import { environmentSchema } from '@/lib/server/config/settings';
import { LIMITS, type Limit } from '@/lib/server/rate-limit/limits';
import * as admins from '@/lib/server/routes/admin-schemas';
import * as passkeys from '@/lib/server/routes/passkey-schemas';
import * as proofs from '@/lib/server/routes/proof-schemas';
import * as requests from '@/lib/server/routes/request-schemas';
import { PUBLIC_FIELDS } from '@/lib/server/users/user-store';
import { testsOf } from '@/tests/proof/asvs/test-names';
import { ourModules, walk } from './module-graph';

// docs/rules.md against the code: each of its tables is true, and says all.

const page = readFileSync('docs/rules.md', 'utf8');
const modules = [...ourModules(process.cwd()).values()];

const sectionOf = (heading: string): string =>
  new RegExp(`^## ${heading}$([\\s\\S]*?)(?=^## |(?![\\s\\S]))`, 'm').exec(page)?.[1] ?? '';
/** The cells of the tables below a heading, row by row, without heads and rules. */
const rowsOf = (heading: string): string[][] =>
  sectionOf(heading)
    .split('\n')
    .filter(
      (line, at, lines) => line.startsWith('|') && !/^\|[-|]+$/.test(line) && !/^\|[-|]+$/.test(lines[at + 1] ?? ''),
    )
    .map((line) =>
      line
        .slice(1, -1)
        .split(' | ')
        .map((cell) => cell.trim()),
    );
const namesIn = (text = ''): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
const firstNames = (heading: string): string[] => rowsOf(heading).flatMap(([first]) => namesIn(first));
const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) =>
    path.posix.join(folder, file.replaceAll('\\', '/')),
  );

/** `604800` as `7 days`: in the largest unit that divides it. */
function words(seconds: number): string {
  const [size, unit] = (
    [
      [86_400, 'day'],
      [3_600, 'hour'],
      [60, 'minute'],
      [1, 'second'],
    ] as const
  ).find(([one]) => seconds % one === 0) ?? [1, 'second'];
  // Half a day is told in hours, a day and less than two of them too.
  const count = seconds / size;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** The fields of a schema, whatever checks and changes stand behind it. */
function fieldsOf(schema: unknown): string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  if (schema instanceof z.ZodPipe) return fieldsOf(schema.in);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(fieldsOf);
  return [];
}

describe('what a field may hold', () => {
  it('is said of every field of every body and query, and of no other', () => {
    const parts = [passkeys.assertionShape, passkeys.attestationShape];
    const schemas = [admins, passkeys, proofs, requests].flatMap((module) => Object.values(module));
    const fields = schemas.filter((one) => !parts.some((part) => part === one)).flatMap(fieldsOf);
    expect(new Set(fields).size).toBeGreaterThan(20);
    expect([...new Set(fields)].sort()).toEqual([...new Set(firstNames('What a field may hold'))].sort());
  });

  it('is said with the numbers that the schemas have', async () => {
    const rows = new Map(
      rowsOf('What a field may hold').flatMap(([names, text = '']) => namesIn(names).map((name) => [name, text])),
    );
    const takes = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success;
    const [{ typedPassword, forgotPasswordBody, renameSessionBody }] = [requests];
    expect([takes(typedPassword, 'x'.repeat(1_024)), takes(typedPassword, 'x'.repeat(1_025))]).toEqual([true, false]);
    expect(rows.get('password')).toContain('1,024 characters');
    const address = (length: number) =>
      `${'a'.repeat(60)}@${`${'b'.repeat(60)}.`.repeat(4).slice(0, length - 66)}.test`;
    expect([
      takes(forgotPasswordBody, { email: address(254) }),
      takes(forgotPasswordBody, { email: address(255) }),
    ]).toEqual([true, false]);
    expect(rows.get('email')).toContain('254 characters');
    expect([80, 81].map((length) => takes(renameSessionBody, { name: 'n'.repeat(length) }))).toEqual([true, false]);
    expect(rows.get('name')).toContain('80 characters');
    expect([200, 201].map((length) => takes(admins.factorResetBody, { reason: 'r'.repeat(length) }))).toEqual([
      true,
      false,
    ]);
    expect(rows.get('reason')).toContain('1 to 200');
  });
});

describe('what fields say together', () => {
  const RULES = rowsOf('What fields say together').map(([rule = '', proof = '']) => ({ rule, proof }));

  it.each(RULES)('is tested: $rule', ({ proof }) => {
    const [, file = '', name = ''] = /^`(tests\/[\w./-]+)`: (.+)$/.exec(proof) ?? [];
    expect(existsSync(file)).toBe(true);
    expect(testsOf(file, process.cwd()).map((test) => test.name)).toContain(name);
  });

  it('is more than a few', () => expect(RULES.length).toBeGreaterThan(6));
});

describe('how often', () => {
  const sentenceOf = ({ threshold, maxWaitSeconds, forgetSeconds, shortestMemorySeconds }: Limit): string =>
    maxWaitSeconds === null
      ? `${threshold} in ${words(forgetSeconds)}`
      : `${threshold} free, then waits of 1 second doubling to ${words(maxWaitSeconds)}; remembered ${words(shortestMemorySeconds ?? forgetSeconds)} to ${words(forgetSeconds)}`;

  it('is said of every limit, with its numbers', () => {
    const told = rowsOf('How often').filter((row) => row.length === 3);
    const limits: [string, Limit][] = Object.entries(LIMITS);
    expect(told.map(([name, , limit]) => [namesIn(name)[0], limit])).toEqual(
      limits.map(([name, limit]) => [name, sentenceOf(limit)]),
    );
  });

  it('and of every other number that bounds what somebody may have', () => {
    const told = rowsOf('How often').filter((row) => row.length === 2);
    const values: Readonly<Record<string, unknown>> = policy;
    for (const [name = '', text = ''] of told) {
      expect([name, Number(/^[\d,]+/.exec(text)?.[0]?.replaceAll(',', ''))]).toEqual([
        name,
        values[namesIn(name)[0] ?? ''],
      ]);
    }
    expect(told).toHaveLength(5);
  });

  it('what is dear names limits that there are', () => {
    const named = rowsOf('What is dear').flatMap(([, bounds]) => namesIn(bounds));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !(name in LIMITS))).toEqual([]);
  });
});

describe('ways in', () => {
  it('are the modules that begin a session, and no others', () => {
    const begin = ['startSession', 'startSessionOnce', 'beginSession', 'startSessionAfterReset'];
    const beginning = modules.filter(
      ({ file, text }) =>
        file.startsWith('lib/server/') &&
        !file.startsWith('lib/server/sessions/') &&
        begin.some((name) => new RegExp(`\\b${name}\\(`).test(text)),
    );
    const told = rowsOf('Ways in').map(([, , module]) => namesIn(module)[0] ?? '');
    expect(beginning.map(({ file }) => file).sort()).toEqual(told.sort());
  });

  it('have no question that only its owner should know, and no hint', () => {
    const columns = [...readFileSync('prisma/schema.prisma', 'utf8').matchAll(/^ {2}(\w+) +\w+/gm)].map(
      ([, name = '']) => name,
    );
    expect(columns.length).toBeGreaterThan(100);
    const asked = [...columns, ...firstNames('What a field may hold')];
    expect(asked.filter((name) => /hint|question|answer|maiden|birth/i.test(name))).toEqual([]);
  });
});

describe('how long a session lives', () => {
  it('is told with the numbers of settings and policy', () => {
    const settings: Record<string, unknown> = environmentSchema.parse({
      DATABASE_URL: 'postgresql://localhost/x',
      AUTH_SECRET: 'dGVzdHMtb25seTogcHVibGljIGFuZCB1c2VsZXNzISE',
      APP_ORIGIN: 'https://app.example.com',
    });
    const values: Readonly<Record<string, unknown>> = { ...policy, ...settings };
    const rows = rowsOf('How long a session lives');
    expect(rows.length).toBeGreaterThan(7);
    for (const [name = '', told, because = ''] of rows) {
      expect([name, told]).toEqual([name, words(Number(values[namesIn(name)[0] ?? '']))]);
      expect(because.length).toBeGreaterThan(20);
    }
    expect(sectionOf('How long a session lives')).toContain('NIST SP 800-63B-4');
  });
});

describe('who may call what', () => {
  it('is said of every endpoint with the wrapper that it has', () => {
    const made = filesBelow('app')
      .filter((file) => path.posix.basename(file) === 'route.ts' && !file.includes('[[...path]]'))
      .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/(\w+Route)\(\s*'([A-Z]+ \/[^']+)'/g)])
      .map(([, wrapper, name = '']) => `${wrapper} ${name.replaceAll('[', '{').replaceAll(']', '}')}`);
    const told = rowsOf('Who may call what')
      .filter((row) => row.length === 3)
      .flatMap(([wrapper, , calls]) => namesIn(calls).map((call) => `${namesIn(wrapper)[0]} ${call}`));
    expect(made.length).toBeGreaterThan(50);
    expect(told.sort()).toEqual(made.sort());
  });

  it('is said of every page as the table of the code has it', () => {
    const made = filesBelow('app')
      .filter((file) => path.posix.basename(file) === 'page.tsx' && !file.includes('[...'))
      .map(
        (file) =>
          `/${path.posix
            .dirname(file)
            .split('/')
            .slice(1)
            .filter((part) => !part.startsWith('('))
            .join('/')}`,
      )
      .map((address) => `${accessOf(address)} ${address.replaceAll('[', '{').replaceAll(']', '}')}`);
    const told = rowsOf('Who may call what')
      .filter((row) => row.length === 2)
      .flatMap(([access, pages]) => namesIn(pages).map((one) => `${namesIn(access)[0]} ${one}`));
    expect(told.sort()).toEqual(made.sort());
  });
});

it('what may be read and written of a person: the fields of an answer, and what an admin changes', () => {
  const rows = rowsOf('What may be read and written of a person');
  const named = rows.flatMap(([field = '', , by = '']) => namesIn(field).map((name) => ({ name, by })));
  expect(named.map(({ name }) => name)).toEqual([...Object.keys(PUBLIC_FIELDS), 'disabled']);
  const byAdmins = named.filter(({ by }) => by.startsWith('another admin')).map(({ name }) => name);
  expect(byAdmins).toEqual(fieldsOf(admins.changePersonBody));
});

describe('keys and algorithms', () => {
  it('name every algorithm that the code names, and no other', () => {
    const ALGORITHM =
      /^(?:[EHPR]S\d{3}|EdDSA|Ed\d+|X\d+|A\d{3}\w*|dir|ECDH.*|RSA.+|ECDSA|HKDF|HMAC|AES-\w+|SHA-?\d+|PBES.*|PBKDF2|argon2\w*|scrypt)$/i;
    const literals = new Set<string>();
    for (const { program } of modules) {
      walk(program, ({ type, value }) => {
        if (type === 'Literal' && typeof value === 'string' && ALGORITHM.test(value)) literals.add(value);
      });
    }
    const told = firstNames('Keys and algorithms').filter((name) => name !== 'bcrypt');
    expect([...literals].filter((name) => !told.includes(name))).toEqual([]);
    expect(told.filter((name) => !literals.has(name))).toEqual([]);
    expect(SIGNING_ALGORITHMS.filter((name) => !told.includes(name))).toEqual([]);
  });

  it('have 128 bits of strength and more', () => {
    const strengths = rowsOf('Keys and algorithms').flatMap(([, , strength = '']) =>
      strength === '' ? [] : [Number.parseInt(strength, 10)],
    );
    expect(strengths.length).toBeGreaterThan(7);
    expect(strengths.every((bits) => bits >= 128)).toBe(true);
  });
});

describe('secrets', () => {
  it('are every setting that opens something', () => {
    const told = firstNames('Secrets');
    const OPEN_NOTHING =
      /^(?:APP_ORIGIN|INTERNAL_ORIGIN|PORT|MAIL_FROM|AUDIT_LOG|HANDSTAMP_DATA|CORS_ORIGINS|TOKEN_AUDIENCES|DIRECT_TOKEN_SIGN_IN|\w+_SECONDS|PASSWORD_\w+|TRUSTED_PROXY_HOPS|SESSION_NETWORK_BINDING|KEY_ROTATION_DAYS|DATABASE_POOL_SIZE|OTEL_\w+|METRICS_\w+)$/;
    const settings = Object.keys(environmentSchema.shape);
    expect(settings.filter((name) => !OPEN_NOTHING.test(name)).sort()).toEqual(told.sort());
  });

  it('have no value that comes with the software, and the example by itself is refused', () => {
    const parsed = environmentSchema.safeParse({});
    const missing = parsed.success ? [] : parsed.error.issues.map(({ path: [name] }) => name);
    expect(missing).toEqual(expect.arrayContaining(['DATABASE_URL', 'AUTH_SECRET']));
    const example = readFileSync('.env.example', 'utf8');
    const shown = Object.fromEntries(
      [...example.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
    );
    const refused = environmentSchema.safeParse(shown);
    const faults = refused.success ? [] : refused.error.issues.map(({ path: [name] }) => name);
    expect(faults).toEqual(['AUTH_SECRET']);
    for (const name of ['AUTH_SECRET', 'CRON_SECRET', 'DIRECT_DATABASE_URL'])
      expect(example).toMatch(new RegExp(`^#? ?${name}=$`, 'm'));
  });
});

it('who is called: every package that opens a connection, and no other', () => {
  const CONNECTING =
    /^package:(?:pg|mysql2?|ioredis|redis|mongodb|nodemailer|undici|axios|got|ws|node:(?:http2?|https|net|tls|dgram|dns)|@aws-sdk.*|.*exporter.*)$/;
  const opened = modules.flatMap(({ imports }) =>
    imports.filter(({ isTypeOnly, target }) => !isTypeOnly && CONNECTING.test(target)),
  );
  const packages = new Set(opened.map(({ target }) => target.slice('package:'.length)));
  const told = namesIn(sectionOf('Who is called')).filter(
    (name) => packages.has(name) || CONNECTING.test(`package:${name}`),
  );
  // Next's own server answers; what is asked of it is told to Node by its events.
  expect([...packages].filter((name) => !name.startsWith('node:')).sort()).toEqual([...new Set(told)].sort());
});

it('what is protected how: columns and claims that there are, each column that opens something among them', () => {
  const models = [...readFileSync('prisma/schema.prisma', 'utf8').matchAll(/^model (\w+) \{$([\s\S]*?)^\}$/gm)];
  const columns = models.flatMap(([, model = '', body = '']) =>
    [...body.matchAll(/^ {2}(\w+) +\w+/gm)].map(([, name = '']) => `${model}.${name}`),
  );
  const told = namesIn(sectionOf('What is protected how'));
  expect(told.filter((name) => name.includes('.') && !name.endsWith('.ts') && !columns.includes(name))).toEqual([]);
  const opening = columns.filter((name) => /\.(?:\w*[hH]ash|secret|wrappedSecret|sealed)$/.test(name));
  expect(opening.filter((name) => !told.includes(name))).toEqual([]);
  expect(opening.length).toBeGreaterThan(6);
});

describe('what is logged', () => {
  it('names every event of the log with its level', () => {
    const levels = new Map<string, Set<string>>();
    const note = (event: string, level: string) => levels.set(event, new Set([...(levels.get(event) ?? []), level]));
    for (const { file, text } of modules.filter(({ file }) => file.startsWith('lib/server/'))) {
      for (const [, level = '', events = ''] of text.matchAll(/\blog\.(info|warn|error)\(([^{)]*)/g)) {
        for (const [, event = ''] of events.matchAll(/'([a-z_.]+)'/g)) note(event, level);
      }
      if (file === 'lib/server/audit/shipping.ts') for (const event of ['audit', 'session.ended']) note(event, 'info');
    }
    note('edge.fetch_failed', 'error');
    const told = rowsOf('What is logged').flatMap(([events, level = '']) => {
      const each = level.split(', ');
      return namesIn(events).map((event, at) => `${event} ${each[at] ?? each[0]}`);
    });
    expect(told.sort()).toEqual([...levels].map(([event, found]) => `${event} ${[...found].join()}`).sort());
  });

  it('names every event of the audit log', () => {
    const told = namesIn(sectionOf('What is logged').split('Its events:')[1]);
    expect(told).toEqual(Object.keys(EVENT_WORDS));
  });
});

it('updates: what is said of them is what renovate.json and CI do', () => {
  const renovate: { vulnerabilityAlerts: { schedule: string[]; minimumReleaseAge: null }; minimumReleaseAge: string } =
    JSON.parse(readFileSync('renovate.json', 'utf8'));
  expect(renovate).toMatchObject({
    minimumReleaseAge: '7 days',
    vulnerabilityAlerts: { schedule: ['at any time'], minimumReleaseAge: null },
  });
  expect(readFileSync('.github/workflows/ci.yml', 'utf8')).toContain('npm audit --omit=dev --audit-level=high');
  for (const text of ['a week at most', 'two days', 'the same day', '`npm audit`'])
    expect(sectionOf('Updates')).toContain(text);
});
