import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apply, stepsOf } from '@/tests/support/copy/recipes';
import { copyRepository, PROGRAMS, type RepositoryCopy } from '@/tests/support/copy/repository-copy';

// What an owner adds, in a copy: every file and edit of docs/your-code.md (a table, pages, an action, a route, a field, a
// role), and files that ours would not be allowed.
const OWNERS_FILES: Readonly<Record<string, string>> = {
  'components/chart.tsx': `'use client';

export function Chart({ points }: { points: any }) {
  console.log(points!.length);
  return <p>{points.length}</p>;
}
`,
  // The name, the length and the environment of a file are the owner's business.
  'lib/utils.ts': `${'// A long file.\n'.repeat(201)}export const isLive = () => process.env['STRIPE_LIVE'] === '1';\n`,
  'lib/billing/stripe.ts': `import pg from 'pg';
import { db } from '@/lib/server';
import { isLive } from '@/lib/utils';

export const countPeople = async () => (isLive() ? new pg.Client() : await db().user.count());
`,
  'app/(public)/prices/page.tsx': `import { Client } from 'pg';
import { Chart } from '@/components/chart';
import { SITE } from '@/site';

export default function Prices() {
  return <Chart points={[SITE.name, Client.name]} />;
}
`,
};

const node = process.execPath;
const RULES = ['tests/architecture/imports.test.ts', 'tests/architecture/source-rules.test.ts'];
const LINT_RULES = 'tests/architecture/lint-rules.test.ts';

let copy: RepositoryCopy;

beforeAll(async () => {
  copy = await copyRepository('owners-room');
  const nothing = async () => undefined;
  for (const step of stepsOf(await copy.read('docs/your-code.md'))) {
    await apply(step, copy, { command: nothing, sql: nothing });
  }
  for (const [file, text] of Object.entries(OWNERS_FILES)) await copy.write(file, text);
}, 20_000);

afterAll(() => copy.remove());

/** Runs a program in the copy, which must end well. */
async function expectSuccess(...args: string[]): Promise<void> {
  const { code, output } = await copy.run(node, args);
  expect(code, output).toBe(0);
}

const rules = (...files: string[]) => copy.run(node, [PROGRAMS.vitest, 'run', '--project', 'architecture', ...files]);

describe('with files of the owner', () => {
  test('the types are right, with a table, a field and a role of their own', { timeout: 60_000 }, async () => {
    await expectSuccess(PROGRAMS.prisma, 'generate');
    await expectSuccess(PROGRAMS.next, 'typegen');
    await expectSuccess(PROGRAMS.tsc, '--noEmit');
  });

  test('lint is content', { timeout: 30_000 }, async () => {
    await expectSuccess(PROGRAMS.biome, 'check');
  });

  test('the rules of the architecture are content', { timeout: 30_000 }, async () => {
    const { code, output } = await rules(...RULES, LINT_RULES);
    expect(output).toMatch(/Test Files\s+3 passed/);
    expect(code, output).toBe(0);
  });

  test('a room of ours that imports one is refused with a sentence, and an owner who reaches too deep', {
    timeout: 30_000,
  }, async () => {
    const store = 'lib/server/users/user-store.ts';
    const dashboard = 'app/(member)/dashboard/page.tsx';
    for (const file of [store, dashboard]) {
      await copy.write(file, (await copy.read(file)).concat("\nexport { isLive } from '@/lib/utils';\n"));
    }
    await copy.write('lib/deep.ts', "export { findPublicUser } from '@/lib/server/users/user-store';\n");
    const { code, output } = await rules(...RULES);
    expect(code).not.toBe(0);
    expect(output).toContain(`${store} imports lib/utils.ts, a file of the owner, of which our rooms know nothing`);
    expect(output).toContain(`if ${dashboard} is yours by now, take it out of PLACES there.`);
    expect(output).toContain(`lib/deep.ts imports ${store}: import from '@/lib/server', and add a line to`);
    expect(output).toMatch(/2 failed/);
  });
});
