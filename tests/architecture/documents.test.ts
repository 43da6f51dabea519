import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { OAUTH_ERRORS } from '@/lib/core/http/oauth-error';
import { PROBLEMS } from '@/lib/core/http/problem';
import * as policy from '@/lib/core/policy';
import { environmentSchema } from '@/lib/server/config/settings';
import * as accountMails from '@/lib/server/mail/account-messages';
import * as adminMails from '@/lib/server/mail/admin-messages';
import * as factorMails from '@/lib/server/mail/factor-messages';
import * as recoveryMails from '@/lib/server/mail/recovery-messages';
import * as sessionMails from '@/lib/server/mail/session-messages';
import * as signInMails from '@/lib/server/mail/sign-in-messages';
import * as signUpMails from '@/lib/server/mail/sign-up-messages';

const read = (file: string) => readFileSync(file, 'utf8');
const filesBelow = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file));

/** Everything that is written for readers. */
const DOCUMENTS = [...readdirSync('.'), ...['docs', 'examples', '.github'].flatMap(filesBelow)]
  .filter((file) => file.endsWith('.md'))
  .sort();

/** Read by Next.js or the platform itself. */
const FOREIGN_SETTINGS = ['NEXT_SERVER_ACTIONS_ENCRYPTION_KEY', 'NEXT_DEPLOYMENT_ID'];
/** Read by the OpenTelemetry library. */
const LIBRARY_SETTINGS = ['OTEL_SERVICE_NAME', 'OTEL_RESOURCE_ATTRIBUTES', 'OTEL_EXPORTER_OTLP_HEADERS'];
/** Set by Vercel, on its own machines. */
const PLATFORM_VARIABLES = ['VERCEL_URL', 'VERCEL_BRANCH_URL', 'VERCEL_AUTOMATION_BYPASS_SECRET'];
/** Set by our own scripts only. */
const INTERNAL_SETTINGS = ['HANDSTAMP_DATA'];
/** Of an image and its build, and read by Node or Next themselves. */
const IMAGE_VARIABLES = ['HANDSTAMP_STANDALONE', 'NODE_OPTIONS', 'HOSTNAME', 'BASE', 'NAME'];
/** Read by Next before it reads any file: only the environment can bring it. */
const ENVIRONMENT_ONLY = ['NEXT_MANUAL_SIG_HANDLE'];
/** Of the services in examples/, of CI, and what a reader of the documents puts in place of them. */
const OTHER_VARIABLES = ['NODE_ENV', 'ISSUER', 'AUDIENCE', 'MAX_STALE_SECONDS', 'CI', 'ACCESS_TOKEN', 'REFRESH_TOKEN'];

/** Constants of the code that a recipe edits. */
const CONSTANTS = ['PUBLIC_FIELDS'];
/** Files that the recipes make: a test of their own makes them. */
const MADE_BY_RECIPES = ['lib/money.ts'];

const withoutCode = (text: string) => text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');

/** The anchors that GitHub gives to the headings of a document. */
function anchorsOf(text: string): string[] {
  const headings = [...text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/^#{1,6} (.+)$/gm)];
  return headings.map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}

/** Why a link of `document` leads nowhere in this repository; null when it does, or leads elsewhere. */
function faultOf(document: string, target: string): string | null {
  if (/^[a-z]+:/.test(target)) return null;
  const [file = '', anchor] = target.split('#', 2);
  const place = file === '' ? document : path.join(path.dirname(document), file);
  if (!existsSync(place)) return `${target}: no such file`;
  return anchor === undefined || anchorsOf(read(place)).includes(anchor) ? null : `${target}: no such heading`;
}

describe.each(DOCUMENTS)('%s', (document) => {
  const text = read(document);

  it('links to files and headings that exist', () => {
    const links = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)|\b(?:src|srcset)="([^"]+)"/g)];
    expect(links.flatMap(([, link, picture]) => faultOf(document, link ?? picture ?? '') ?? [])).toEqual([]);
  });

  it('names files and folders that exist', () => {
    const named = [...text.matchAll(/`((?:app|lib|tests|prisma|scripts|docs|examples)\/[\w./[\]()-]+)`/g)];
    expect(
      named.map(([, file]) => file ?? '').filter((file) => !existsSync(file) && !MADE_BY_RECIPES.includes(file)),
    ).toEqual([]);
  });

  it('names commands of package.json', () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'));
    const named = [...text.matchAll(/npm run ([a-z][a-z:-]*[a-z])/g)].map(([, name]) => name ?? '');
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('names settings that exist', () => {
    const known = [
      ...Object.keys(environmentSchema.shape),
      ...FOREIGN_SETTINGS,
      ...ENVIRONMENT_ONLY,
      ...LIBRARY_SETTINGS,
      ...PLATFORM_VARIABLES,
      ...IMAGE_VARIABLES,
      ...OTHER_VARIABLES,
      ...CONSTANTS,
      ...Object.keys(policy),
    ];
    const spoken = [...text.matchAll(/`[^`\n]*`/g)].flatMap(
      ([code]) => code.match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/g) ?? [],
    );
    const assigned = [...text.matchAll(/(?<![\w"])([A-Z][A-Z0-9_]+)=(?!=)/g)].map(([, name]) => name ?? '');
    expect([...spoken, ...assigned].filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe('docs/http.md', () => {
  const text = read('docs/http.md');

  it('lists exactly the problem codes that exist, with their status and title', () => {
    const section = text.slice(text.indexOf('\n## Errors'), text.indexOf('\n## Tokens for programs'));
    const rows = [...section.matchAll(/^\| `([a-z_]+)` \| (\d{3}) \| (.+) \|$/gm)];
    expect(Object.fromEntries(rows.map(([, code, status, title]) => [code, [Number(status), title]]))).toEqual(
      PROBLEMS,
    );
  });

  it('lists exactly the error codes of the endpoints for programs, with their status', () => {
    const section = text.slice(text.indexOf('\n## Tokens for programs'));
    const rows = [...section.matchAll(/^\| `([a-z_]+)` \| (\d{3}) \| .+ \|$/gm)];
    expect(Object.fromEntries(rows.map(([, code, status]) => [code, Number(status)]))).toEqual(OAUTH_ERRORS);
  });

  it('lists exactly the endpoints that exist, with their methods', () => {
    const listed = [...text.matchAll(/^\| `([A-Z]+ \/[^`]+)`/gm)].map(([, endpoint = '']) => endpoint);
    const routes = filesBelow('app').filter((file) => path.basename(file) === 'route.ts');
    const existing = routes
      // What answers 404 to every other path.
      .filter((file) => !file.includes('[[...path]]'))
      .flatMap((file) => [...read(file).matchAll(/Route\(\s*'([A-Z]+ \/[^']+)'/g)])
      .map(([, name = '']) => name.replaceAll('[', '{').replaceAll(']', '}'));
    expect(existing.length).toBeGreaterThan(15);
    expect(listed.sort()).toEqual(existing.sort());
  });
});

describe('docs/mail.md', () => {
  const section = /^## The mails$([\s\S]+?)^## /m.exec(read('docs/mail.md'))?.[1] ?? '';
  const rows = [...section.matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)];
  const MAIL_FILES = filesBelow('lib/server/mail').filter((file) => /^lib\/server\/mail\/.+-messages\.ts$/.test(file));

  it('has a row for each mail that there is, and for no other', () => {
    const modules = [accountMails, adminMails, factorMails, recoveryMails, sessionMails, signInMails, signUpMails];
    expect(modules).toHaveLength(MAIL_FILES.length);
    expect(rows.map(([, name]) => name).sort()).toEqual(modules.flatMap((mails) => Object.keys(mails)).sort());
  });

  it('gives each the subject that it has', () => {
    const code = MAIL_FILES.map(read)
      .join('')
      .replace(/\$\{SITE\.name\}/g, 'Handstamp');
    const isInCode = (subject: string) => ["'", '"', '`'].some((quote) => code.includes(quote + subject + quote));
    expect(rows.map(([, , subject = '']) => subject).filter((subject) => !isInCode(subject))).toEqual([]);
  });
});

describe('the button for Vercel', () => {
  it('asks for settings that there are, and for all that have no default', () => {
    const [, list = ''] = /vercel\.com\/new\/clone\?\S*&env=([A-Z_,]+)/.exec(read('docs/deploy.md')) ?? [];
    const asked = list.split(',');
    const known = [...Object.keys(environmentSchema.shape), ...FOREIGN_SETTINGS];
    expect(asked.filter((name) => !known.includes(name))).toEqual([]);
    expect(asked).toEqual(expect.arrayContaining(['DATABASE_URL', 'AUTH_SECRET', 'APP_ORIGIN']));
  });
});

describe('.env.example', () => {
  it('names every setting and no other', () => {
    const named = [...read('.env.example').matchAll(/^#? ?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name);
    const known = Object.keys(environmentSchema.shape).filter((name) => !INTERNAL_SETTINGS.includes(name));
    expect(named.sort()).toEqual([...known, ...FOREIGN_SETTINGS].sort());
  });

  it('states the defaults that the schema has', () => {
    const numbers = [...read('.env.example').matchAll(/^# ([A-Z_]+)=(\d+)$/gm)];
    const required = {
      DATABASE_URL: 'postgresql://localhost/x',
      AUTH_SECRET: 'dGVzdHMtb25seTogcHVibGljIGFuZCB1c2VsZXNzISE',
    };
    const defaults: Record<string, unknown> = environmentSchema.parse({
      ...required,
      APP_ORIGIN: 'https://app.example.com',
    });
    const stated = numbers.filter(([, name = '']) => !['PORT', 'TRUSTED_PROXY_HOPS'].includes(name));
    expect(stated.length).toBeGreaterThan(3);
    for (const [, name = '', value] of stated) expect([name, defaults[name]]).toEqual([name, Number(value)]);
  });
});

/** A line above a test: it proves the promise of SECURITY.md that begins with these words. */
type Mark = { readonly file: string; readonly words: string };

const MARKS: readonly Mark[] = filesBelow('tests')
  .filter((file) => /\.(?:test|spec)\.ts$/.test(file))
  .flatMap((file) => [...read(file).matchAll(/^\/\/ Promise: (.+)$/gm)].map(([, words = '']) => ({ file, words })));

/** The rows of SECURITY.md: what is promised, and the files that prove it. */
const PROMISES = [...read('SECURITY.md').matchAll(/^\| \d+ \| (.+) \| ([^|]+) \|$/gm)].map(
  ([, promise = '', proof = '']) => ({
    promise,
    files: [...proof.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file),
  }),
);

const marks = (promise: string) => MARKS.filter(({ words }) => promise.startsWith(words));

describe('the other documents', () => {
  it('README.md has 180 lines at most', () => {
    expect(read('README.md').split('\n').length - 1).toBeLessThanOrEqual(180);
  });

  it('SECURITY.md proves each promise by tests, one of which is marked with its first words', () => {
    const unmarked = PROMISES.filter(({ promise, files }) => !marks(promise).some(({ file }) => files.includes(file)));
    expect(unmarked.map(({ promise }) => promise)).toEqual([]);
  });

  it('no test is marked with a promise that SECURITY.md does not make, or no longer proves by it', () => {
    const isMade = (mark: Mark) =>
      PROMISES.some(({ promise, files }) => promise.startsWith(mark.words) && files.includes(mark.file));
    expect(MARKS.filter((mark) => !isMade(mark))).toEqual([]);
    // Enough of it to tell it from the others.
    expect(MARKS.filter(({ words }) => words.length < 20)).toEqual([]);
    expect(MARKS.length).toBeGreaterThan(40);
  });

  it('CONTRIBUTING.md says what every room of lib/server is about', () => {
    const section = /^## Rooms$([\s\S]+?)^## /m.exec(read('CONTRIBUTING.md'))?.[1] ?? '';
    const rows = [...section.matchAll(/^\| `([a-z-]+)\/` \| .+ \|$/gm)].map(([, room]) => room);
    const rooms = readdirSync('lib/server', { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(rows.sort()).toEqual(rooms.map(({ name }) => name).sort());
  });
});
