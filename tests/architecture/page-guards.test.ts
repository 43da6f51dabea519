import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { accessOf } from '@/lib/core/http/route-policy';
import { readOwnersModule, walk } from './module-graph';

const ROOT = process.cwd();
const GUARDS = { requireUser: 'member', requireUserKeeping: 'member', requireAdmin: 'admin' } as const;

type Asked = { readonly guard: keyof typeof GUARDS; readonly path: string };

/** The pages and actions below `app`, the owner's too, relative to the repository. */
const files = readdirSync(path.join(ROOT, 'app'), { recursive: true, encoding: 'utf8' })
  .map((file) => path.posix.join('app', file.split(path.sep).join('/')))
  .filter((file) => /\/(?:page\.tsx|actions\.ts)$/.test(file))
  .sort();

/** The address of a file's folder; groups are no part of it. */
const addressOf = (file: string): string =>
  `/${path.posix
    .dirname(file)
    .split('/')
    .slice(1)
    .filter((segment) => !segment.startsWith('('))
    .join('/')}`;

/** Whom a file asks for, with the path that it leads back to, where that is written out. */
function askedIn(file: string): Asked[] {
  const asked: Asked[] = [];
  walk(readOwnersModule(file, ROOT).program, (node) => {
    if (node.type !== 'CallExpression') return;
    const { callee, arguments: given } = node as unknown as {
      callee: { name?: string };
      arguments: { value?: unknown }[];
    };
    const guard = (Object.keys(GUARDS) as (keyof typeof GUARDS)[]).find((name) => name === callee.name);
    const value = given[0]?.value;
    if (guard !== undefined) asked.push({ guard, path: typeof value === 'string' ? value : addressOf(file) });
  });
  return asked;
}

/** What table and guard disagree about, in sentences. */
function faultsOf(file: string, asked: readonly Asked[]): string[] {
  const access = accessOf(addressOf(file));
  const isProtected = access === 'member' || access === 'admin';
  const isPage = file.endsWith('/page.tsx');
  const guards = asked.map(({ guard }) => GUARDS[guard]);
  const faults: string[] = [];
  if (isPage && isProtected && !guards.includes(access)) {
    faults.push(
      `${file}: the table says ${access}, and the page asks for nobody: write \`await requireUser('${addressOf(file)}')\` or requireAdmin`,
    );
  }
  for (const { guard, path: leadsTo } of asked) {
    if (accessOf(leadsTo) !== GUARDS[guard]) {
      faults.push(
        `${file}: ${guard}('${leadsTo}') needs the line \`['${leadsTo}', '${GUARDS[guard]}'],\` in lib/core/http/route-policy.ts`,
      );
    }
  }
  return faults;
}

test('what the table protects asks who is there, and what asks is in the table', () => {
  expect(files.length).toBeGreaterThan(10);
  expect(files.flatMap(askedIn).length).toBeGreaterThan(8);
  expect(files.flatMap((file) => faultsOf(file, askedIn(file)))).toEqual([]);
});

describe('a page', () => {
  const [member, notes] = ['app/(member)/account/page.tsx', 'app/(member)/notes/page.tsx'];
  const user = (leadsTo: string): Asked => ({ guard: 'requireUser', path: leadsTo });

  test.each<[string, string, Asked[], string[]]>([
    ['in the table that asks', member, [user('/account')], []],
    ['in the table that asks for nobody', member, [], ['asks for nobody']],
    [
      'in the table for admins that takes any member',
      'app/(admin)/admin/page.tsx',
      [user('/account')],
      ['asks for nobody'],
    ],
    ['that asks and is not in the table', notes, [user('/notes')], ["['/notes', 'member']"]],
    ['of everybody', 'app/(public)/page.tsx', [], []],
  ])('%s', (_what, file, asked, sentences) => {
    expect(faultsOf(file, asked)).toEqual(sentences.map((sentence) => expect.stringContaining(sentence)));
  });
});
