import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { absences, counted } from '@/scripts/test/completeness.mjs';
import { stageEnvironment } from '@/scripts/test/environment.mjs';

describe('a stage', () => {
  const clean = { isClean: true, passed: 3, failed: 0, skipped: 0, absent: 0 };

  test.each([
    ['all passed', {}, 0],
    ['two failed', { failed: 2, isClean: false }, 2],
    ['one was skipped', { skipped: 1 }, 1],
    ['a project or a file was absent', { absent: 2 }, 2],
    ['the runner failed, and no test', { isClean: false }, 1],
    ['nothing ran at all', { passed: 0 }, 1],
  ])('where %s has the failures that it should', (_what, changes, failed) => {
    expect(counted({ ...clean, ...changes })).toMatchObject({ failed });
  });
});

describe('what is absent', () => {
  const files = { 'tests/unit': ['tests/unit/a.test.ts', 'tests/unit/core/b.test.ts'], 'tests/unit/core': [] };
  const parts = [{ projects: ['unit', 'extra'], folders: ['tests/unit'] }];
  const below = (folder: string) => (folder === 'tests/unit' ? files[folder] : []);
  const a = { project: 'unit', file: 'tests/unit/a.test.ts' };
  const b = { project: 'extra', file: 'tests/unit/core/b.test.ts' };

  test('is nothing where each project ran something and each file ran in one of them', () => {
    expect(absences(parts, [a, b], below)).toEqual([]);
  });

  test('is a project without a test, whatever the others ran', () => {
    expect(absences(parts, [a, { ...b, project: 'unit' }], below)).toEqual(['the project extra ran no test']);
  });

  test('is a file of which no project of its part ran a test', () => {
    expect(absences(parts, [a, { ...a, project: 'extra' }, { ...b, project: 'edge' }], below)).toEqual([
      'unit, extra ran no test of tests/unit/core/b.test.ts',
    ]);
  });
});

describe('a run of vitest', () => {
  /** Below `.data`, which git, lint and types leave out. */
  const root = path.resolve('.data', `stage-${process.pid}`);

  beforeAll(async () => {
    const project = (name: string, folder: string) => ({ test: { name, include: [`tests/${folder}/**/*.test.ts`] } });
    const projects = [
      project('first', 'first'),
      project('second', 'elsewhere'),
      project('third', 'third'),
      project('fourth', 'fourth'),
    ];
    const write = async (file: string, text: string) => {
      await mkdir(path.dirname(path.join(root, file)), { recursive: true });
      await writeFile(path.join(root, file), text);
    };
    await write('vitest.config.mjs', `export default { test: { projects: ${JSON.stringify(projects)} } };`);
    const passes = "import { expect, test } from 'vitest';\ntest('one', () => expect(1).toBe(1));\n";
    await write('tests/first/a.test.ts', passes);
    await write('tests/first/b.spec.ts', passes);
    await write('tests/second/c.test.ts', passes);
    await write('tests/fourth/e.test.ts', `${passes}test('two', () => expect(2).toBe(1));\n`);
    await write('tests/third/d.test.ts', "import './nowhere';\n");
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  async function run(...parts: readonly { projects: string[]; folders: string[] }[]) {
    const code = `
      import { vitest } from ${JSON.stringify(path.resolve('scripts/test/runners.mjs'))};
      const { passed, failed, failures } = await vitest(${JSON.stringify(parts)}, process.env, { root: ${JSON.stringify(root)} });
      console.log(JSON.stringify({ passed, failed, failures: failures.map(({ name, error }) => [name, error]) }));`;
    const args = ['--input-type=module', '-e', code];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env: stageEnvironment(process.env) });
    const lines = stdout.trim().split('\n');
    const absent = lines.filter((line) => line.startsWith('Not run')).map((line) => line.replace(/^.*?: /, ''));
    return { ...JSON.parse(lines.at(-1) ?? ''), absent };
  }

  test('fails by a project that is empty and by files that nobody ran, though the runner itself is content', async () => {
    const first = { projects: ['first'], folders: ['tests/first'] };
    const second = { projects: ['second'], folders: ['tests/second'] };
    expect(await run(first, second)).toEqual({
      ...{ passed: 1, failed: 3, failures: [] },
      absent: [
        'first ran no test of tests/first/b.spec.ts.',
        'the project second ran no test.',
        'second ran no test of tests/second/c.test.ts.',
      ],
    });
  });

  test('counts a file that cannot be loaded once, beside the project that has nothing else', async () => {
    expect(await run({ projects: ['third'], folders: ['tests/third'] })).toEqual({
      ...{ passed: 0, failed: 2, failures: [['tests/third/d.test.ts', expect.stringContaining('./nowhere')]] },
      absent: ['the project third ran no test.'],
    });
  });

  test('names each test that failed with what it said, so that the end of the log can', async () => {
    expect(await run({ projects: ['fourth'], folders: ['tests/fourth'] })).toEqual({
      ...{ passed: 1, failed: 1, absent: [] },
      failures: [['tests/fourth/e.test.ts › two', expect.stringContaining('expected 2 to be 1')]],
    });
  });
});
