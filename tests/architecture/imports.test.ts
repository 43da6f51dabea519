import { describe, expect, test } from 'vitest';
import { type Import, productModules, readModule } from './module-graph';

const ROOT = process.cwd();
const modules = productModules(ROOT);

type Ring = 'site' | 'core' | 'verifier' | 'server' | 'app' | 'middleware' | 'instrumentation';

const RINGS: readonly (readonly [prefix: string, ring: Ring])[] = [
  ['site.ts', 'site'],
  ['lib/core/', 'core'],
  ['lib/verifier/', 'verifier'],
  ['lib/server/', 'server'],
  ['app/', 'app'],
  ['middleware.ts', 'middleware'],
  ['instrumentation.ts', 'instrumentation'],
];

/** Packages of the pure rings: both are JavaScript that runs everywhere and reads nothing of its surroundings. */
const PURE_PACKAGES = ['jose', 'fflate'];

/** Which ring may import what: rings, and packages by name; `*` for any. */
const ARROWS: Record<Ring, { readonly rings: readonly Ring[]; readonly packages: readonly string[] }> = {
  site: { rings: [], packages: [] },
  core: { rings: ['core'], packages: PURE_PACKAGES },
  verifier: { rings: ['verifier', 'core'], packages: ['jose'] },
  server: { rings: ['server', 'core', 'site'], packages: ['*'] },
  app: {
    rings: ['app', 'server', 'core', 'site'],
    packages: ['next', 'react', 'react-dom', 'radix-ui', 'zod', 'server-only'],
  },
  middleware: { rings: ['verifier', 'core', 'site'], packages: ['next'] },
  instrumentation: { rings: ['server'], packages: [] },
};

/** Modules of `lib/server` that talk to the request that is running. No other one may know Next. */
const TALKS_TO_THE_REQUEST = [
  'lib/server/http/cookies.ts',
  'lib/server/mail/delivery.ts',
  'lib/server/oauth/oauth-route.ts',
  'lib/server/routes/route-handler.ts',
  'lib/server/sessions/current-user.ts',
  'lib/server/sessions/session-if-known.ts',
];

const ringOf = (file: string): Ring | null => RINGS.find(([prefix]) => file.startsWith(prefix))?.[1] ?? null;
const packageOf = (target: string): string | null => {
  if (!target.startsWith('package:')) return null;
  const name = target.slice('package:'.length);
  return name.startsWith('node:') ? 'node:' : name.split('/', name.startsWith('@') ? 2 : 1).join('/');
};

/** Why a module of `ring` may not import this; null when it may. */
function faultOf(ring: Ring, { target }: Import): string | null {
  const { rings, packages } = ARROWS[ring];
  const name = packageOf(target);
  if (name !== null) return packages.includes('*') || packages.includes(name) ? null : `package ${target.slice(8)}`;
  if (target.startsWith('lib/server/database/generated/')) return ring === 'server' ? null : 'the generated client';
  if (/\.(?:css|json|woff2)$/.test(target) && ring === 'app') return null;
  const targetRing = ringOf(target);
  return targetRing !== null && rings.includes(targetRing) ? null : target;
}

/** Everything that `file` draws in when it is loaded, itself included. */
function closureOf(file: string): Map<string, string> {
  const reached = new Map([[file, file]]);
  for (const [one, way] of reached) {
    for (const { target, isTypeOnly } of modules.get(one)?.imports ?? []) {
      if (!isTypeOnly && !reached.has(target)) reached.set(target, `${way} → ${target}`);
    }
  }
  return reached;
}

test('the graph was really read', () => {
  const counts = [...modules.values()].map(({ imports }) => imports.length);
  expect(modules.size).toBeGreaterThan(100);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(400);
  expect(new Set([...modules.keys()].map(ringOf))).toEqual(new Set(RINGS.map(([, ring]) => ring)));
});

describe.each(RINGS.map(([, ring]) => ring))('%s', (ring) => {
  test(`imports only ${ARROWS[ring].rings.join(', ')} and the packages that it may`, () => {
    const faults = [...modules.values()]
      .filter(({ file }) => ringOf(file) === ring)
      .flatMap(({ file, imports }) => imports.map((one) => ({ file, fault: faultOf(ring, one) })))
      .filter(({ fault }) => fault !== null);
    expect(faults).toEqual([]);
  });
});

test('nothing imports app, middleware or instrumentation but app itself', () => {
  const faults = [...modules.values()].flatMap(({ file, imports }) =>
    imports
      .filter(({ target }) => /^(?:app\/|middleware|instrumentation)/.test(target) && !file.startsWith('app/'))
      .map(({ target }) => [file, target]),
  );
  expect(faults).toEqual([]);
});

test('no module of the product imports tests, scripts or the configuration', () => {
  const faults = [...modules.values()].flatMap(({ file, imports }) =>
    imports
      .filter(({ target }) => /^(?:tests|scripts|prisma|\.)\//.test(target) || /\.config\./.test(target))
      .map(({ target }) => [file, target]),
  );
  expect(faults).toEqual([]);
});

test('of lib/server only the modules that talk to the request know Next', () => {
  const knowing = [...modules.values()]
    .filter(
      ({ file, imports }) => ringOf(file) === 'server' && imports.some(({ target }) => packageOf(target) === 'next'),
    )
    .map(({ file }) => file);
  expect(knowing).toEqual(TALKS_TO_THE_REQUEST);
});

test('what middleware draws in runs on the edge: no server module, no Node module, no database, no password hashing', () => {
  const reached = closureOf('middleware.ts');
  const foreign = [...reached].filter(([target]) => {
    const name = packageOf(target);
    return name === null
      ? !/^(?:(?:middleware|site)\.ts$|lib\/(?:core|verifier)\/)/.test(target)
      : ![...PURE_PACKAGES, 'next'].includes(name);
  });
  expect(foreign.map(([, way]) => way)).toEqual([]);
  expect(reached.has('lib/verifier/verifier.ts')).toBe(true);
});

test('what another service would copy, lib/verifier and lib/core, draws in jose and fflate alone', () => {
  const packages = [...modules.keys()]
    .filter((file) => /^lib\/(?:core|verifier)\//.test(file))
    .flatMap((file) => [...closureOf(file).keys()])
    .filter((target) => !/^lib\/(?:core|verifier)\//.test(target));
  expect(new Set(packages)).toEqual(new Set(PURE_PACKAGES.map((name) => `package:${name}`)));
});

test('no module for the browser draws in a server module', () => {
  const clients = [...modules.values()].filter(({ text }) => /^\s*['"]use client['"]/.test(text));
  expect(clients.length).toBeGreaterThan(5);
  const faults = clients.flatMap(({ file }) => [...closureOf(file)].filter(([target]) => ringOf(target) === 'server'));
  // A server action is called from the browser, not loaded by it.
  const isAction = (way: string) =>
    way.split(' → ').some((file) => /^\s*['"]use server['"]/.test(modules.get(file)?.text ?? ''));
  expect(faults.map(([, way]) => way).filter((way) => !isAction(way))).toEqual([]);
});

test('no module imports itself in a circle, types aside', () => {
  const circles = [...modules.keys()].filter((file) =>
    (modules.get(file)?.imports ?? []).some(
      ({ target, isTypeOnly }) => !isTypeOnly && modules.has(target) && closureOf(target).has(file),
    ),
  );
  expect(circles).toEqual([]);
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
