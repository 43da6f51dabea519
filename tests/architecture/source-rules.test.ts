import { describe, expect, test } from 'vitest';
import { type Module, type Node, ourModules, walk } from './module-graph';

// Our own modules only: how the owner writes is the owner's business.
const modules = [...ourModules(process.cwd()).values()];
const linesOf = ({ text }: Module): number => text.split('\n').length - 1;
const below = (...folders: readonly string[]) =>
  modules.filter(({ file }) => folders.some((folder) => file.startsWith(folder)));

/** `file: what` for each node of the modules that `find` names. */
function findAll(among: readonly Module[], find: (node: Node, module: Module) => string | null): string[] {
  return among.flatMap((module) => {
    const found: string[] = [];
    walk(module.program, (node) => {
      const what = find(node, module);
      if (what !== null) found.push(`${module.file}: ${what}`);
    });
    return found;
  });
}

/** `a.b` of `a.b` and `a['b']`; null for anything else. */
function memberOf({ type, object, property }: Node): string | null {
  if (type !== 'MemberExpression') return null;
  const nameOf = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && 'name' in value
      ? value.name
      : typeof value === 'object' && value !== null && 'value' in value
        ? value.value
        : null;
  const [left, right] = [nameOf(object), nameOf(property)];
  return typeof left === 'string' && typeof right === 'string' ? `${left}.${right}` : null;
}

describe('size and shape', () => {
  test('no module has more than 200 lines', () => {
    const tooLong = modules.filter((module) => linesOf(module) > 200);
    expect(tooLong.map((module) => `${module.file} has ${linesOf(module)} lines: split it.`)).toEqual([]);
  });

  test('half of all modules have 50 lines or fewer', () => {
    const lines = modules.map(linesOf).sort((a, b) => a - b);
    expect(lines[Math.floor(lines.length / 2)]).toBeLessThanOrEqual(50);
  });

  test('no file or folder is called utils, helpers, types, misc or common', () => {
    expect(
      modules
        .map(({ file }) => file)
        .filter((file) => /(?:^|\/)(?:utils?|helpers?|types|misc|common|shared)(?:\/|\.tsx?$)/.test(file)),
    ).toEqual([]);
  });

  test('nothing has the type any', () => {
    expect(findAll(modules, ({ type }) => (type === 'TSAnyKeyword' ? 'any' : null))).toEqual([]);
  });

  test('no error of the type checker is silenced', () => {
    expect(
      modules.filter(({ text }) => /@ts-(?:ignore|nocheck|expect-error)/.test(text)).map(({ file }) => file),
    ).toEqual([]);
  });
});

describe('the server ring', () => {
  /** Each says its reason in its first line. */
  const WITHOUT_SERVER_ONLY = ['lib/server/passwords/hash.ts', 'lib/server/passwords/hash.worker.ts'];

  test("every module begins with import 'server-only', but for those that say why not", () => {
    const without = below('lib/server/').filter(({ text }) => !text.startsWith("import 'server-only';\n"));
    expect(without.map(({ file }) => file)).toEqual(WITHOUT_SERVER_ONLY);
    for (const { text } of without)
      expect(text.split('\n').slice(0, 2).join(' ')).toMatch(/^\/\/ .*[Ww]ithout `server-only`/);
  });

  test('is not entered by the modules without that import: they import Node, bcrypt and each other', () => {
    const imports = below(...WITHOUT_SERVER_ONLY).flatMap((module) => module.imports.map(({ target }) => target));
    const allowed = [
      'lib/server/passwords/hash.ts',
      'package:bcryptjs',
      'package:node:crypto',
      'package:node:worker_threads',
    ];
    expect(imports.filter((target) => !allowed.includes(target))).toEqual([]);
  });
});

test('a program has no value below the line that runs and ends it: nobody would ever get it', () => {
  const programs = below('lib/server/cli/').filter(({ text }) => /^await /m.test(text));
  expect(programs.length).toBeGreaterThan(4);
  const late = programs.flatMap(({ file, text }) =>
    [...text.slice(text.search(/^await /m)).matchAll(/^(?:const|let|class) (\w+)/gm)].map(
      ([, name]) => `${file}: ${name}`,
    ),
  );
  expect(late).toEqual([]);
});

describe('the environment', () => {
  const READERS = ['lib/server/config/env.ts', 'middleware.ts', 'instrumentation.ts'];
  /** Asks for `NODE_ENV` alone, in the words that the build replaces by their value. */
  const ASKS_FOR_NODE_ENV = 'lib/server/observability/logger.ts';

  test('is read in env.ts, middleware and instrumentation; programs and the start check hand it to the parser', () => {
    const uses = findAll(modules, (node, { file }) => {
      if (READERS.includes(file) || file.startsWith('lib/server/cli/') || file === ASKS_FOR_NODE_ENV) return null;
      return memberOf(node) === 'process.env' ? 'process.env' : null;
    });
    const handed = modules.filter(
      ({ file, text }) =>
        file === 'lib/server/maintenance/start-check.ts' &&
        text.match(/process\.env/g)?.length === text.match(/parseEnv\(process\.env\)/g)?.length,
    );
    expect(uses).toEqual(handed.map(({ file }) => `${file}: process.env`));
    const asking = modules.find(({ file }) => file === ASKS_FOR_NODE_ENV)?.text;
    expect(asking?.match(/process\.env\S*/g)).toEqual(['process.env.NODE_ENV']);
  });

  test('gives middleware public facts only', () => {
    const names = modules
      .filter(({ file }) => file === 'middleware.ts')
      .flatMap(({ text }) => text.match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b|\bPORT\b|\bVERCEL\b/g) ?? []);
    expect(
      names.filter(
        (name) => /SECRET|PASSWORD|DATABASE|SMTP|KEY/.test(name) && name !== 'VERCEL_AUTOMATION_BYPASS_SECRET',
      ),
    ).toEqual([]);
  });
});

describe('the pure rings', () => {
  const CLOCKS = ['Date.now', 'performance.now', 'Math.random', 'process.hrtime'];
  /** The one place that names the real clocks, as a default that callers may replace. */
  const CLOCK_MODULE = 'lib/verifier/surroundings.ts';

  test('read no clock and roll no dice', () => {
    const pure = below('lib/core/', 'lib/verifier/').filter(({ file }) => file !== CLOCK_MODULE);
    expect(pure.length).toBeGreaterThan(30);
    expect(findAll(pure, (node) => CLOCKS.find((clock) => memberOf(node) === clock) ?? null)).toEqual([]);
    expect(findAll(pure, (node) => (isNow(node) ? 'new Date()' : null))).toEqual([]);
  });

  test('core makes no random bytes: they are an argument', () => {
    expect(
      findAll(below('lib/core/'), (node) =>
        /^crypto\.(?:getRandomValues|randomUUID)$/.test(memberOf(node) ?? '') ? 'random' : null,
      ),
    ).toEqual([]);
  });

  test('use nothing that one runtime has and another has not', () => {
    const GLOBALS = [
      'process',
      'Buffer',
      'require',
      'global',
      'setImmediate',
      '__dirname',
      '__filename',
      'localStorage',
    ];
    const uses = findAll(below('lib/core/', 'lib/verifier/'), (node) =>
      node.type === 'MemberExpression' && isNamed(node['object'], GLOBALS)
        ? `${memberOf(node)}`
        : node.type === 'CallExpression' && isNamed(node['callee'], GLOBALS)
          ? 'call'
          : null,
    );
    expect(uses).toEqual([]);
  });

  test('core does no input or output', () => {
    const calls = findAll(below('lib/core/'), (node) =>
      node.type === 'CallExpression' && isNamed(node['callee'], ['fetch', 'setTimeout', 'setInterval']) ? 'call' : null,
    );
    expect(calls).toEqual([]);
  });
});

test('whether an account may be signed in to is asked in one way: it is disabled, or to be deleted', () => {
  const ONE_PLACE = 'lib/server/users/account-state.ts';
  const asking = below('lib/server/').filter(({ text }) => /"disabledAt" IS (?:NOT )?NULL/.test(text));
  expect(asking.map(({ file }) => file)).toEqual([ONE_PLACE]);
  const using = below('lib/server/').filter(({ text }) => /\$\{IS_OPEN_ACCOUNT\}/.test(text));
  expect(using.length).toBeGreaterThan(15);
});

test('nothing is written to the console but by the programs of lib/server/cli, and by the edge, which has no other log', () => {
  const rest = modules.filter(({ file }) => !file.startsWith('lib/server/cli/'));
  expect(findAll(rest, (node) => (memberOf(node)?.startsWith('console.') ? `${memberOf(node)}` : null))).toEqual([
    'middleware.ts: console.error',
  ]);
});

function isNow(node: Node): boolean {
  const { type, callee } = node;
  const args = node['arguments'];
  return type === 'NewExpression' && isNamed(callee, ['Date']) && Array.isArray(args) && args.length === 0;
}

function isNamed(value: unknown, names: readonly string[]): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    value.type === 'Identifier' &&
    'name' in value &&
    names.includes(String(value.name))
  );
}
