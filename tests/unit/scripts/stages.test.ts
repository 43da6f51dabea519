import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SETTINGS } from '@/lib/server/config/settings';
import packageJson from '@/package.json' with { type: 'json' };
import { testFilesBelow } from '@/scripts/test/completeness.mjs';
import { stageEnvironment } from '@/scripts/test/environment.mjs';
import { LINT, PARTS } from '@/scripts/test/stages.mjs';
import config from '@/vitest.config';

const { scripts } = packageJson;

describe('the environment of the stages', () => {
  const foreign = [
    ...Object.values(SETTINGS).map(({ variable }) => variable),
    ...[
      'NEXT_SERVER_ACTIONS_ENCRYPTION_KEY',
      'NEXT_DEPLOYMENT_ID',
      'NEXT_MANUAL_SIG_HANDLE',
      'NODE_ENV',
      'HANDSTAMP_DEBUG',
      'HANDSTAMP_STARTED_POSTGRES',
    ],
    ...['VERCEL', 'VERCEL_URL', 'VERCEL_AUTOMATION_BYPASS_SECRET', 'PGUSER', 'PGPASSWORD', 'PGOPTIONS', 'PGSSLMODE'],
  ];

  test.each(foreign)('has no %s of the developer’s own shell', (name) => {
    expect(stageEnvironment({ [name]: 'of the shell' })).not.toHaveProperty(name);
  });

  test('keeps what is no setting: where programs and files are, and the PostgreSQL that was asked for', () => {
    const kept = { PATH: '/bin', HOME: '/home/me', CI: 'true', TEST_DATABASE_URL: 'postgresql://localhost/x' };
    expect(stageEnvironment(kept)).toMatchObject(kept);
  });
});

describe('what vitest runs', () => {
  const names = Object.values(PARTS).flatMap((parts) => parts.flatMap(({ projects }) => projects));
  const folders = Object.values(PARTS).flatMap((parts) => parts.flatMap((part) => part.folders));

  test('is every project of vitest.config.ts, each in one stage', () => {
    const projects = config.test?.projects ?? [];
    const known = projects.map((project) =>
      typeof project === 'object' && 'test' in project ? project.test?.name : '',
    );
    expect([...names].sort()).toEqual([...known].sort());
  });

  test('is every test file but those of Playwright, which have its ending', () => {
    const all = testFilesBelow('.', 'tests').filter((file) => !folders.some((folder) => file.startsWith(`${folder}/`)));
    expect(all.filter((file) => !/^tests\/e2e\/[\w-]+\.spec\.ts$/.test(file))).toEqual([]);
    expect(all.length).toBeGreaterThan(10);
  });

  test('is bound by the rules at the root of the configuration', () => {
    expect(config.test?.expect).toEqual({ requireAssertions: true });
    expect(config.test?.projects?.filter((project) => !(typeof project === 'object' && 'extends' in project))).toEqual(
      [],
    );
  });

  test.fails('fails where nothing is asserted', () => undefined);
});

describe('lint', () => {
  test('is the same by hand and as a stage', () => {
    expect(scripts.lint).toBe(`exec biome ${LINT.join(' ')}`);
  });

  test('fails by a warning', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'handstamp-lint-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const rules = { suspicious: { noDebugger: 'warn' } };
    await writeFile(
      path.join(folder, 'biome.json'),
      JSON.stringify({ linter: { rules }, formatter: { enabled: false } }),
    );
    await writeFile(path.join(folder, 'odd.ts'), 'debugger;\n');
    const lint = (args: readonly string[]) =>
      promisify(execFile)(process.execPath, [path.resolve('node_modules/@biomejs/biome/bin/biome'), ...args], {
        cwd: folder,
      });
    await expect(lint(LINT)).rejects.toThrow('noDebugger');
    expect((await lint(LINT.filter((arg) => !arg.startsWith('--')))).stderr).toContain('noDebugger');
  });
});
