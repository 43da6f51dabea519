import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Node, readModule, walk } from './module-graph';
import { roomOf } from './rooms';

const ROOT = process.cwd();
const OTHER_METHODS = 'lib/server/routes/other-methods.ts';
const WRAPPERS = [
  'publicRoute',
  'sessionRoute',
  'personRoute',
  'changeRoute',
  'adminRoute',
  'adminChangeRoute',
  'oauthRoute',
];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Pictures that the build draws once: they answer no request by themselves. */
const DRAWN_BY_THE_BUILD = ['app/icon.svg/route.ts'];

const routeFiles = readdirSync(path.join(ROOT, 'app'), { recursive: true, encoding: 'utf8' })
  .map((file) => path.posix.join('app', file.split(path.sep).join('/')))
  .filter((file) => path.posix.basename(file) === 'route.ts' && roomOf(file) !== null)
  .filter((file) => !DRAWN_BY_THE_BUILD.includes(file))
  .sort();

/** The path that Next serves a route file at; groups are no part of it. */
const pathOf = (file: string): string =>
  path.posix
    .dirname(file)
    .split('/')
    .slice(1)
    .filter((segment) => !segment.startsWith('('))
    .map((segment) => `/${segment}`)
    .join('');

/** What is wrong with a route file, in sentences; `text` stands in for what the file says. */
function faultsOf(file: string, text?: string): string[] {
  const { program, imports } = readModule(file, ROOT, text);
  const faults: string[] = [];
  if (!imports.some(({ target }) => target === OTHER_METHODS)) {
    faults.push(
      `${file}: write \`export * from '@/lib/server/routes/other-methods';\`, or Next answers 405 without Allow`,
    );
  }
  walk(program, (node) => {
    if (node.type !== 'ExportNamedDeclaration') return;
    for (const { name, value } of declaredIn(node['declaration'])) {
      if (METHODS.includes(name)) faults.push(...faultOfHandler(file, name, value));
    }
  });
  return faults;
}

function faultOfHandler(file: string, method: string, value: unknown): string[] {
  const expected = `${method} ${pathOf(file)}`;
  const example = `export const ${method} = sessionRoute('${expected}', {}, async ({ session }) => …)`;
  if (!isCallOf(value, WRAPPERS)) return [`${file}: ${method} is no ${WRAPPERS.join(', ')}: write \`${example}\``];
  const [first] = Array.isArray(value['arguments']) ? value['arguments'] : [];
  return isNode(first) && first['value'] === expected ? [] : [`${file}: its name must be '${expected}'`];
}

/** The functions and constants that an exported declaration makes. */
function declaredIn(declaration: unknown): { name: string; value: unknown }[] {
  if (!isNode(declaration)) return [];
  if (declaration.type === 'FunctionDeclaration') return [{ name: nameOf(declaration['id']), value: null }];
  const declarators = declaration['declarations'];
  if (!Array.isArray(declarators)) return [];
  return declarators.filter(isNode).map((one) => ({ name: nameOf(one['id']), value: one['init'] }));
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
const nameOf = (value: unknown): string => (isNode(value) && typeof value['name'] === 'string' ? value['name'] : '');
const isCallOf = (value: unknown, names: readonly string[]): value is Node =>
  isNode(value) && value.type === 'CallExpression' && names.includes(nameOf(value['callee']));

test('every route file of ours is made by our wrappers, names itself as the tree does, and answers the other methods', () => {
  expect(routeFiles.length).toBeGreaterThan(15);
  expect(routeFiles.flatMap((file) => faultsOf(file))).toEqual([]);
});

describe('a route file', () => {
  const FILE = 'app/api/me/route.ts';
  const REST = "export * from '@/lib/server/routes/other-methods';\n";

  test.each([
    ['a bare function', `${REST}export async function GET() { return Response.json({}); }`, 'GET is no publicRoute'],
    ['a bare constant', `${REST}export const POST = async () => Response.json({});`, 'POST is no publicRoute'],
    [
      'the name of another path',
      `${REST}export const GET = sessionRoute('GET /api/you', {}, async () => 1);`,
      "'GET /api/me'",
    ],
    [
      'the name of another method',
      `${REST}export const GET = sessionRoute('POST /api/me', {}, async () => 1);`,
      "'GET /api/me'",
    ],
    [
      'no answer to other methods',
      "export const GET = sessionRoute('GET /api/me', {}, async () => 1);",
      'export * from',
    ],
  ])('with %s is refused with a sentence', (_what, text, sentence) => {
    expect(faultsOf(FILE, text)).toEqual([expect.stringContaining(sentence)]);
  });
});
