import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ourModules } from './module-graph';

const modules = ourModules(process.cwd());
const packages = z.record(z.string(), z.string());
const { dependencies, devDependencies } = z
  .object({ dependencies: packages, devDependencies: packages })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));

/** What `db:diff` compares schema.prisma with: no server runs it. */
const WRITES_MIGRATIONS = 'lib/server/cli/diff.ts';

/** Sought while `NODE_ENV` is `development`, and done without where it is not found. */
const DONE_WITHOUT = ['pino-pretty'];

/** The packages that `files` load, with whatever they import; types are gone when they run. */
function packagesOf(files: readonly string[]): Set<string> {
  const reached = new Set(files);
  for (const file of reached) {
    const imports = modules.get(file)?.imports ?? [];
    for (const { target, isTypeOnly } of imports) if (!isTypeOnly) reached.add(target);
  }
  const named = [...reached].filter((target) => target.startsWith('package:') && !target.startsWith('package:node:'));
  return new Set(
    named.map((target) =>
      target
        .slice('package:'.length)
        .split('/', target.includes('@') ? 2 : 1)
        .join('/'),
    ),
  );
}

describe('packages', () => {
  test('that a built server or one of its commands loads are no development dependencies', () => {
    const programs = [...modules.keys()].filter(
      (file) => file.startsWith('lib/server/cli/') && file !== WRITES_MIGRATIONS,
    );
    const pages = [...modules.keys()].filter((file) => file.startsWith('app/'));
    const loaded = packagesOf(['middleware.ts', 'instrumentation.ts', ...pages, ...programs]);
    expect([...loaded].filter((name) => !(name in dependencies))).toEqual(DONE_WITHOUT);
    expect(loaded).toContain('pg');
    // Where a new version of Node runs TypeScript by itself, this one goes.
    expect(readFileSync('scripts/typescript.mjs', 'utf8')).toContain("from 'tsx/esm/api'");
    expect(dependencies).toHaveProperty('tsx');
  });

  test('have each their version to the digit', () => {
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(([, version]) => !/^\d/.test(version));
    expect(loose).toEqual([]);
  });

  test('have each their reason in DECISIONS.md when our code loads them, and none has a reason that is gone', () => {
    const table = readFileSync('DECISIONS.md', 'utf8').split('## Dependencies')[1] ?? '';
    const rows = [...table.matchAll(/^\| (`.+?`) \|/gm)].map(([, names = '']) => names);
    const named = rows.flatMap((names) => names.split(', ').map((name) => name.replaceAll('`', '')));
    const used = Object.keys({ ...dependencies, ...devDependencies });
    const grouped = used.map((name) => (name.startsWith('@types/') ? '@types/*' : name));
    expect(named.filter((name) => !grouped.includes(name))).toEqual([]);
    expect([...packagesOf([...modules.keys()])].filter((name) => !named.includes(name))).toEqual([]);
  });
});
