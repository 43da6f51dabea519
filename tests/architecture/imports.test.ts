import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Module, ourModules, ownersModules, readModule } from './module-graph';
import { isOnSurface, PLACES, ROOMS, type Room, roomOf } from './rooms';

const ROOT = process.cwd();
const TABLE = 'tests/architecture/rooms.ts';
const modules = ourModules(ROOT);
const names = Object.keys(ROOMS) as Room[];

/** JavaScript that runs everywhere and reads nothing of its surroundings. */
const VERIFIER_PACKAGES = ['jose', 'fflate'];
const EDGE_PACKAGES = [...VERIFIER_PACKAGES, 'ipaddr.js', 'next'];
const APP_PACKAGES = ['next', 'react', 'react-dom', 'radix-ui', '@simplewebauthn/browser', 'zod', 'server-only'];

/** Packages of the rooms outside of lib/server, which may import any; a room without a line here may import none. */
const PACKAGES: Partial<Record<Room, readonly string[]>> = {
  'core/keys': ['jose'],
  'core/token': ['jose'],
  'core/status-list': ['jose', 'fflate'],
  'core/http': ['bowser', 'ipaddr.js'],
  'middleware.ts': ['next'],
};

/** Modules of lib/server that talk to the request that is running. No other one may know Next. */
const TALKS_TO_THE_REQUEST = [
  'lib/server/audit/after-answer.ts',
  'lib/server/http/cookies.ts',
  'lib/server/mail/delivery.ts',
  'lib/server/oauth/oauth-route.ts',
  'lib/server/recovery/link-view.ts',
  'lib/server/routes/kept-fields.ts',
  'lib/server/routes/other-methods.ts',
  'lib/server/routes/pipeline.ts',
  'lib/server/routes/route-handler.ts',
  'lib/server/sessions/current-user.ts',
  'lib/server/sessions/drafts.ts',
  'lib/server/sessions/session-if-known.ts',
  'lib/server/sign-in/pending-sign-in.ts',
  'lib/server/sign-up/pending-sign-up.ts',
];

const isServer = (file: string): boolean => file.startsWith('lib/server/');
const isPure = (file: string): boolean => /^lib\/(?:core|verifier)\//.test(file);

const packageOf = (target: string): string | null => {
  if (!target.startsWith('package:')) return null;
  const name = target.slice('package:'.length);
  return name.startsWith('node:') ? 'node:' : name.split('/', name.startsWith('@') ? 2 : 1).join('/');
};

const mayImportPackage = (room: Room, name: string): boolean =>
  room === 'server' || room.startsWith('server/') || packagesOf(room).includes(name);

const packagesOf = (room: Room): readonly string[] =>
  PACKAGES[room] ?? (room === 'app' || room.startsWith('app/') ? APP_PACKAGES : []);

/** What is wrong with an import of one of our modules, and what to do about it; null when nothing is. */
function faultOf(file: string, target: string): string | null {
  const room = roomOf(file);
  // A module without a room is named by a test of its own.
  if (room === null || room === 'unlisted') return null;
  const name = packageOf(target);
  if (name !== null) {
    return mayImportPackage(room, name)
      ? null
      : `${file} imports the package ${name}, which '${room}' may not: do it in lib/server, or add '${name}' to PACKAGES in tests/architecture/imports.test.ts.`;
  }
  if (/\.(?:css|json|woff2)$/.test(target) && file.startsWith('app/')) return null;
  const targetRoom = roomOf(target);
  if (targetRoom === null) return ownersFault(file, target, room);
  if (targetRoom === 'unlisted' || targetRoom === room || ROOMS[room].some((one) => one === targetRoom)) return null;
  return names.indexOf(targetRoom) < names.indexOf(room)
    ? `${file} imports ${target}: add '${targetRoom}' to the line of '${room}' in ${TABLE}.`
    : `${file} imports ${target}, but '${targetRoom}' stands below '${room}' in ${TABLE}: move the code to where both may import it.`;
}

function ownersFault(file: string, target: string, room: Room): string {
  const way = `hand it in as an argument, or add ${target} to a room in ${TABLE} if it is part of Handstamp`;
  const mine = Object.hasOwn(PLACES, room) ? `; if ${file} is yours by now, take it out of PLACES there` : '';
  return `${file} imports ${target}, a file of the owner, of which our rooms know nothing: ${way}${mine}.`;
}

/** Everything that `file` draws in when it is loaded, itself included, with the way to it. */
function closureOf(file: string, withTypes = false): Map<string, string> {
  const reached = new Map([[file, file]]);
  for (const [one, way] of reached) {
    for (const { target, isTypeOnly } of modules.get(one)?.imports ?? []) {
      if ((withTypes || !isTypeOnly) && !reached.has(target)) reached.set(target, `${way} → ${target}`);
    }
  }
  return reached;
}

const pairsOf = (all: Iterable<Module>): { file: string; target: string }[] =>
  [...all].flatMap(({ file, imports }) => imports.map(({ target }) => ({ file, target })));

test('the graph was really read', () => {
  expect(modules.size).toBeGreaterThan(150);
  expect(pairsOf(modules.values()).length).toBeGreaterThan(600);
});

describe('rooms', () => {
  test('every file of lib/core, lib/verifier and lib/server is in one', () => {
    const faults = [...modules.keys()]
      .filter((file) => roomOf(file) === 'unlisted')
      .map((file) => {
        const room = file.slice('lib/'.length, file.lastIndexOf('/'));
        return `${file} is in no room: add the line '${room}': [] to ROOMS in ${TABLE}, below what it imports, with a word on what it is for.`;
      });
    expect(faults).toEqual([]);
  });

  test('none is empty, and every place is there', () => {
    const inUse = new Set([...modules.keys()].map(roomOf));
    const places = Object.values(PLACES).flat();
    const faults = [
      ...names.filter((room) => !inUse.has(room)).map((room) => `'${room}' has no file: take it out of ${TABLE}.`),
      ...places
        .filter((place) => ![...modules.keys()].some((file) => file.startsWith(place)))
        .map((place) => `${place} is not there: take it out of PLACES in ${TABLE}.`),
    ];
    expect(faults).toEqual([]);
  });

  test('each lists only rooms that stand above it, so that no two can import each other', () => {
    const faults = names.flatMap((room, at) =>
      ROOMS[room]
        .filter((one) => names.indexOf(one) >= at)
        .map((one) => `'${room}' lists '${one}', which does not stand above it: move code or lines in ${TABLE}.`),
    );
    expect(faults).toEqual([]);
  });

  test('import what their line lists, types included, and packages that suit them', () => {
    const faults = pairsOf(modules.values()).flatMap(({ file, target }) => faultOf(file, target) ?? []);
    expect([...new Set(faults)]).toEqual([]);
  });

  test('list nothing that they do not import', () => {
    const arrows = new Set(pairsOf(modules.values()).map(({ file, target }) => `${roomOf(file)} ${roomOf(target)}`));
    // What claims.ts may import its product decides; at first it imports next to nothing.
    const faults = names
      .filter((room) => room !== 'claims.ts')
      .flatMap((room) =>
        ROOMS[room]
          .filter((one) => !arrows.has(`${room} ${one}`))
          .map((one) => `'${room}' imports nothing of '${one}': take it out of its line in ${TABLE}.`),
      );
    expect(faults).toEqual([]);
  });
});

test('no module of ours imports itself in a circle, types included', () => {
  const circles = [...modules.keys()].flatMap((file) =>
    (modules.get(file)?.imports ?? []).flatMap(({ target }) => {
      const way = modules.has(target) ? closureOf(target, true).get(file) : undefined;
      return way === undefined ? [] : [`${file} → ${way}`];
    }),
  );
  expect(circles).toEqual([]);
});

test('of lib/server only the modules that talk to the request know Next', () => {
  const knowing = pairsOf(modules.values())
    .filter(({ file, target }) => isServer(file) && packageOf(target) === 'next')
    .map(({ file }) => file);
  expect([...new Set(knowing)]).toEqual(TALKS_TO_THE_REQUEST);
});

describe('what is drawn in', () => {
  test('by middleware runs on the edge: no server module, no Node module, no database, no password hashing', () => {
    const reached = closureOf('middleware.ts');
    const foreign = [...reached].filter(([target]) => {
      const name = packageOf(target);
      return name === null
        ? !isPure(target) && !/^(?:middleware|site)\.ts$/.test(target)
        : !EDGE_PACKAGES.includes(name);
    });
    expect(foreign.map(([, way]) => way)).toEqual([]);
    expect(reached.has('lib/verifier/verifier.ts')).toBe(true);
  });

  test('by lib/verifier, which other services take, is lib/core, jose and fflate alone', () => {
    const reached = new Set(
      [...modules.keys()]
        .filter((file) => file.startsWith('lib/verifier/'))
        .flatMap((file) => [...closureOf(file).keys()])
        .filter((target) => !isPure(target)),
    );
    expect([...reached].sort()).toEqual(VERIFIER_PACKAGES.map((name) => `package:${name}`).sort());
  });

  test('by a module for the browser is no server module', () => {
    const clients = [...modules.values()].filter(({ text }) => /^\s*['"]use client['"]/.test(text));
    expect(clients.length).toBeGreaterThan(5);
    const ways = clients.flatMap(({ file }) =>
      [...closureOf(file)].filter(([target]) => isServer(target)).map(([, way]) => way),
    );
    // A server action is called from the browser, not loaded by it.
    const isAction = (way: string) =>
      way.split(' → ').some((file) => /^\s*['"]use server['"]/.test(modules.get(file)?.text ?? ''));
    expect(ways.filter((way) => !isAction(way))).toEqual([]);
  });
});

test("the owner's files import what is listed for them, and nothing behind it", () => {
  const faults = pairsOf(ownersModules(ROOT))
    .filter(({ target }) => packageOf(target) === null && roomOf(target) !== null && !isOnSurface(target))
    .map(({ file, target }) =>
      isServer(target)
        ? `${file} imports ${target}: import from '@/lib/server', and add a line to lib/server/index.ts if it is missing there. If ${file} is part of Handstamp, add it to PLACES in ${TABLE}.`
        : `${file} imports ${target}, which is a part of Handstamp and not made to build on: copy what you need. If ${file} is part of Handstamp, add it to PLACES in ${TABLE}.`,
    );
  expect(faults).toEqual([]);
});

describe('the sentences', () => {
  test.each([
    [
      'lib/core/time.ts',
      'lib/server/config/env.ts',
      /^lib\/core\/time\.ts imports lib\/server\/config\/env\.ts, but 'server\/config' stands below 'core'/,
    ],
    [
      'lib/core/passwords/password-policy.ts',
      'lib/core/keys/wrapping.ts',
      /add 'core\/keys' to the line of 'core\/passwords' in tests\/architecture\/rooms\.ts\.$/,
    ],
    ['lib/server/users/user-store.ts', 'lib/server/index.ts', /'server' stands below 'server\/users'/],
    ['lib/core/time.ts', 'package:stripe', /^lib\/core\/time\.ts imports the package stripe, which 'core' may not/],
    [
      'lib/server/users/user-store.ts',
      'lib/money.ts',
      /imports lib\/money\.ts, a file of the owner, of which our rooms know nothing/,
    ],
    ['app/(member)/dashboard/page.tsx', 'components/chart.tsx', /take it out of PLACES there\.$/],
  ])('%s importing %s is told what to do', (file, target, sentence) => {
    expect(faultOf(file, target)).toMatch(sentence);
  });

  test.each([
    ['lib/server/users/user-store.ts', 'lib/server/database/client.ts'],
    ['lib/server/users/user-store.ts', 'lib/server/database/generated/prisma/client.ts'],
    ['lib/server/mail/mailer.ts', 'package:nodemailer'],
    ['lib/core/http/user-agent.ts', 'package:bowser'],
    ['app/layout.tsx', 'app/globals.css'],
  ])('%s may import %s', (file, target) => {
    expect(faultOf(file, target)).toBeNull();
  });
});

describe('the reader of imports', () => {
  const importsIn = (text: string) => readModule('lib/core/example.ts', ROOT, text).imports.map(({ target }) => target);

  test.each([
    ["import { a } from '@/lib/server/config/env';"],
    ["import type { Env } from '@/lib/server/config/env';"],
    ["import { type Env } from '@/lib/server/config/env';"],
    ["import '@/lib/server/config/env';"],
    ["import * as env from '../server/config/env';"],
    ["export { env } from '@/lib/server/config/env';"],
    ["export * from '@/lib/server/config/env';"],
    ["export type { Env } from '@/lib/server/config/env';"],
    ["const load = async () => import('@/lib/server/config/env');"],
    ["type Env = import('@/lib/server/config/env').Env;"],
    ["const env = require('@/lib/server/config/env');"],
    ["new Worker(new URL('../server/config/env.ts', import.meta.url));"],
  ])('sees %s', (text) => {
    expect(importsIn(text)).toEqual(['lib/server/config/env.ts']);
  });

  test('refuses an import that only running would tell', () => {
    expect(() => importsIn('const load = (name: string) => import(name);')).toThrow();
  });

  test('does not take text and comments for imports', () => {
    expect(
      importsIn("// import '@/lib/server/config/env';\nconst text = \"import '@/lib/server/config/env'\";"),
    ).toEqual([]);
  });
});

test('docs/your-code.md lists what lib/server/index.ts exports', () => {
  const { text } = readModule('lib/server/index.ts', ROOT);
  const exported = [...text.matchAll(/export (?:type )?\{([^}]+)\}/g)].flatMap(([, names = '']) =>
    names.split(',').map((name) => name.replace('type ', '').trim()),
  );
  const table = readFileSync('docs/your-code.md', 'utf8').match(/^\| from `@\/lib\/server`[\s\S]*?\n\n/m)?.[0] ?? '';
  const listed = table.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)/g)]);
  expect(listed.map(([, name]) => name).sort()).toEqual(exported.sort());
});
