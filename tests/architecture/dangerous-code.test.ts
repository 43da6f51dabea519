import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Node, ourModules, walk } from './module-graph';

// What no module of ours may do, because a text of somebody else could then become a program, a query or a page.

const modules = [...ourModules(process.cwd()).values()];
const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** The last word of `a`, `a.b` and `a.b.c`; empty for what is none. */
function wordOf(value: unknown): string {
  if (!isNode(value)) return '';
  if (value.type === 'Identifier' || value.type === 'PrivateIdentifier') return String(value['name']);
  if (value.type === 'JSXIdentifier') return String(value['name']);
  if (value.type === 'Literal') return String(value['value']);
  return value.type === 'MemberExpression' ? wordOf(value['property']) : '';
}

/** A name, or a template of one name between its quotation marks, or that something is worked out. */
function writtenIn(value: unknown): string {
  if (!isNode(value)) return '';
  const { expressions, quasis } = value;
  if (value.type !== 'TemplateLiteral' || !Array.isArray(expressions) || !Array.isArray(quasis)) {
    return value.type === 'CallExpression' ? `of ${wordOf(value['callee'])}` : wordOf(value);
  }
  const texts: { value: { raw: string } }[] = quasis;
  return texts.map((text, at) => text.value.raw + wordOf(expressions[at])).join('');
}

/** The files in which `find` says yes to a node, each with what was found there. */
const findAll = (find: (node: Node) => string | null): string[] =>
  modules.flatMap(({ file, program }) => {
    const found: string[] = [];
    walk(program, (node) => {
      const what = find(node);
      if (what !== null) found.push(`${file}: ${what}`);
    });
    return found;
  });

const argumentsOf = (node: Node): readonly unknown[] => (Array.isArray(node['arguments']) ? node['arguments'] : []);
const isCalled = (node: Node, ...names: readonly string[]): boolean =>
  (node.type === 'CallExpression' || node.type === 'NewExpression') && names.includes(wordOf(node['callee']));
const importing = (pattern: RegExp): string[] =>
  modules.filter(({ imports }) => imports.some(({ target }) => pattern.test(target))).map(({ file }) => file);

describe('no text becomes a program', () => {
  test('no code is made while running: no eval, no Function, no timer of a text, no module vm', () => {
    expect(findAll((node) => (isCalled(node, 'eval', 'Function') ? wordOf(node['callee']) : null))).toEqual([]);
    const ofText = (node: Node) => isNode(argumentsOf(node)[0]) && /Literal$/.test((argumentsOf(node)[0] as Node).type);
    expect(findAll((node) => (isCalled(node, 'setTimeout', 'setInterval') && ofText(node) ? 'timer' : null))).toEqual(
      [],
    );
    expect(importing(/^package:(?:node:)?vm$/)).toEqual([]);
  });

  test('no program of the operating system is started, and no template language is loaded', () => {
    expect(importing(/^package:(?:node:)?child_process$/)).toEqual([]);
    expect(importing(/^package:(?:ejs|pug|handlebars|mustache|nunjucks|eta|lodash)/)).toEqual([]);
  });

  test('a pattern that is no literal is made of constants, or of routes that the build knows', () => {
    expect(findAll((node) => (isCalled(node, 'RegExp') ? 'RegExp' : null))).toEqual([
      'lib/core/factors/recovery-code.ts: RegExp',
      'lib/core/invisible.ts: RegExp',
      'lib/core/invisible.ts: RegExp',
      'lib/server/routes/route-table.ts: RegExp',
      'lib/server/telemetry/route-names.ts: RegExp',
    ]);
  });
});

describe('no text becomes a query', () => {
  test('a statement that is no template is a constant; what is no value in one is a name of a table or column of ours', () => {
    const raw = findAll((node) =>
      isCalled(node, '$queryRawUnsafe', '$executeRawUnsafe', 'raw')
        ? `${wordOf(node['callee'])} ${argumentsOf(node).map(writtenIn)}`
        : null,
    );
    expect(raw).toEqual([
      'lib/server/database/session-defaults.ts: $queryRawUnsafe READ',
      'lib/server/maintenance/cleaning.ts: raw "column"',
      'lib/server/maintenance/cleaning.ts: raw "table"',
      'lib/server/restore/forgetting.ts: raw "table"',
      'lib/server/users/user-store.ts: raw of join',
    ]);
    const { text = '' } = modules.find(({ file }) => file === 'lib/server/database/session-defaults.ts') ?? {};
    expect(/const READ = `([^`]*)`/.exec(text)?.[1]).not.toContain('${');
  });

  test('what goes to PostgreSQL without Prisma sets up a connection or is a migration', () => {
    expect(importing(/^package:pg$/)).toEqual([
      'lib/server/database/connection.ts',
      'lib/server/database/lock-holder.ts',
      'lib/server/database/migration-history.ts',
      'lib/server/database/migration-runner.ts',
      'lib/server/database/pool-watch.ts',
      'lib/server/database/schema-engine.ts',
    ]);
  });
});

describe('no text becomes a page', () => {
  test('React writes every text: nothing is put into a page as HTML', () => {
    const WAYS = ['dangerouslySetInnerHTML', 'innerHTML', 'outerHTML', 'insertAdjacentHTML', 'srcdoc', 'srcDoc'];
    const written = findAll((node) => {
      const name =
        node.type === 'JSXAttribute' || node.type === 'Property' ? wordOf(node['name'] ?? node['key']) : wordOf(node);
      return WAYS.includes(name) ? name : null;
    });
    expect(written).toEqual([]);
    expect(
      findAll((node) =>
        isCalled(node, 'write', 'writeln') && wordOf((node['callee'] as Node)['object']) === 'document'
          ? 'write'
          : null,
      ),
    ).toEqual([]);
  });

  test('no page holds a technique that browsers gave up, a frame, or a script, style or picture of another site', () => {
    const GONE = ['object', 'embed', 'applet', 'iframe', 'frame', 'marquee', 'portal'];
    expect(
      findAll((node) =>
        node.type === 'JSXOpeningElement' && GONE.includes(wordOf(node['name'])) ? wordOf(node['name']) : null,
      ),
    ).toEqual([]);
    const elsewhere = findAll((node) => {
      if (node.type !== 'JSXAttribute' || !['src', 'srcSet', 'action', 'formAction'].includes(wordOf(node['name'])))
        return null;
      const text = wordOf(node['value']);
      return /^(?:[a-z]+:)?\/\//i.test(text) ? text : null;
    });
    expect(elsewhere).toEqual([]);
  });

  test('a message of another window is listened to nowhere but in the channel of our own tabs', () => {
    const listened = findAll((node) =>
      isCalled(node, 'addEventListener', 'on') && wordOf(argumentsOf(node)[0]) === 'message' ? 'message' : null,
    );
    expect(listened).toEqual([
      'app/_components/session/session-channel.ts: message',
      'lib/server/passwords/hash-pool.ts: message',
      'lib/server/passwords/hash.worker.ts: message',
    ]);
    expect(readFileSync('app/_components/session/session-channel.ts', 'utf8')).toContain('new BroadcastChannel(');
  });

  test('a browser keeps nothing of ours but what was typed into a form that is under way', () => {
    const storing = modules.filter(({ text }) =>
      /\b(?:localStorage|sessionStorage|indexedDB|document\.cookie)\b/.test(text),
    );
    expect(storing.map(({ file }) => file)).toEqual(['app/_components/forms/use-kept-text.ts']);
  });
});

test('files are read and written by these modules, none of which takes a path from a request', () => {
  expect(importing(/^package:node:fs/)).toEqual([
    'lib/server/cli/diff.ts',
    'lib/server/cli/restored.ts',
    'lib/server/database/migration-runner.ts',
    'lib/server/database/migrations.ts',
    'lib/server/database/schema-engine.ts',
    'lib/server/mail/dev-mailbox.ts',
    'lib/server/telemetry/route-names.ts',
  ]);
});

test('a line of the log begins with a constant: no text is taken for its form', () => {
  const lines = findAll((node) => {
    const { callee } = node;
    if (!isCalled(node, 'info', 'warn', 'error') || !isNode(callee) || wordOf(callee['object']) !== 'log') return null;
    const [first] = argumentsOf(node);
    const choices =
      isNode(first) && first.type === 'ConditionalExpression' ? [first['consequent'], first['alternate']] : [first];
    return choices.every((one) => isNode(one) && one.type === 'Literal') ? null : `${wordOf(first)}`;
  });
  // Of shipped events, which has two names, both in that file.
  expect(lines).toEqual(['lib/server/audit/shipping.ts: event']);
});

test('texts and numbers are compared without being converted', () => {
  const loose = findAll((node) => {
    if (node.type !== 'BinaryExpression' || !['==', '!='].includes(String(node['operator']))) return null;
    // Of null alone, which finds undefined too.
    return wordOf(node['right']) === 'null' ? null : String(node['operator']);
  });
  expect(loose).toEqual([]);
});

describe('every fetch of the server', () => {
  test('follows no redirect, and is one of these', () => {
    const asking = modules.filter(
      ({ file, text }) => !file.startsWith('app/') && /\bfetch\((?!url, (?:init|\{ \.\.\.init))/.test(text),
    );
    expect(asking.map(({ file }) => file)).toEqual([
      'lib/server/maintenance/health.ts',
      'lib/verifier/remote-jwk-set.ts',
      'lib/verifier/status-lists.ts',
    ]);
    const manual = modules.filter(({ file, text }) => !file.startsWith('app/') && text.includes("redirect: 'manual'"));
    expect(manual.map(({ file }) => file)).toEqual([
      'lib/server/maintenance/health.ts',
      'lib/verifier/remote-jwk-set.ts',
      'lib/verifier/status-lists.ts',
      'lib/verifier/transparent-refresh.ts',
    ]);
  });

  test('checks the certificate of whoever answers', () => {
    expect(modules.filter(({ text }) => /rejectUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED/.test(text))).toEqual([]);
  });
});
