import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyWithPackages, type Outcome, type RepositoryCopy } from '@/tests/support/copy/repository-copy';

/** What `vercel link` writes, with what the project's page says of it: with it the program asks nobody. */
const PROJECT = { projectId: 'prj_x', orgId: 'team_x', settings: { framework: 'nextjs' } };
const QUIET = { NO_UPDATE_NOTIFIER: '1', VERCEL_TELEMETRY_DISABLED: '1', NPM_CONFIG_OFFLINE: 'true' };

type OutputConfig = {
  readonly crons?: unknown;
  readonly routes: readonly { readonly middlewarePath?: string }[];
};
type FunctionConfig = { readonly runtime: string; readonly filePathMap?: Readonly<Record<string, string>> };

/** Of the whole edge function, the runtime of Next with it. */
const MIDDLEWARE_KILOBYTES = 300;
/** As a project on Vercel has them when it is built. */
const SECRETS = {
  AUTH_SECRET: 'c2VjcmV0LW9mLXRoZS12ZXJjZWwtYnVpbGQtdGVzdC0wMQ',
  DATABASE_URL: 'postgresql://builder:hidden-word@db.test:5432/app',
  CRON_SECRET: 'cron-secret-of-the-vercel-build-test',
};
const COMPILER = /query_compiler_fast_bg\.postgresql/;

let copy: RepositoryCopy;
let built: Outcome;

const output = (...parts: readonly string[]) => path.join('.vercel/output', ...parts);
const readJson = async <T>(file: string): Promise<T> => JSON.parse(await copy.read(file)) as T;
const functionConfig = (name: string) => readJson<FunctionConfig>(output('functions', `${name}.func/.vc-config.json`));

/** What a function brings: files of its own folder, and those of the project that it names. */
async function filesOf(name: string): Promise<string[]> {
  const { filePathMap = {} } = await functionConfig(name);
  const own = await readdir(path.join(copy.folder, output('functions', `${name}.func/`)), { recursive: true });
  return [...own, ...Object.keys(filePathMap)];
}

beforeAll(async () => {
  copy = await copyWithPackages('vercel');
  await copy.write('.vercel/project.json', JSON.stringify(PROJECT));
  const config = path.join(copy.folder, '.vercel/account');
  const args = [process.env['HANDSTAMP_VERCEL'] ?? '', 'build', '--yes', '--global-config', config];
  built = await copy.run(process.execPath, args, { ...QUIET, ...SECRETS });
});
afterAll(() => copy?.remove());

describe('a build as Vercel does it', () => {
  it('succeeds, with the commands of vercel.json', () => {
    expect(built.code, built.output).toBe(0);
    expect(built.output).toContain('npm install --include=dev');
    expect(built.output).toContain('Running "npm run build"');
  });

  it('runs the middleware at the edge, in front of pages and API', async () => {
    expect((await functionConfig('middleware')).runtime).toBe('edge');
    const { routes } = await readJson<OutputConfig>(output('config.json'));
    expect(routes.filter(({ middlewarePath }) => middlewarePath === 'middleware').length).toBeGreaterThanOrEqual(3);
  });

  it('packs a middleware that is small, and holds neither Prisma nor a secret', async () => {
    const own = output('functions/middleware.func');
    const entries = await readdir(path.join(copy.folder, own), { recursive: true, withFileTypes: true });
    // Beside it lies the map to its sources, which is not uploaded as code.
    const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.map'));
    const code = await Promise.all(files.map(({ parentPath, name }) => readFile(path.join(parentPath, name), 'utf8')));
    const kilobytes = Math.round(code.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1_000);
    console.log(`The middleware's function has ${kilobytes} KB.`);
    expect(kilobytes).toBeLessThan(MIDDLEWARE_KILOBYTES);
    expect(code.filter((text) => /prisma|postgresql:\/\/|bcrypt/i.test(text))).toEqual([]);
    for (const secret of Object.values(SECRETS)) expect(code.filter((text) => text.includes(secret))).toEqual([]);
  });

  it('runs every page and endpoint on Node, and brings what Prisma compiles queries with', async () => {
    const routes = Object.values(await readJson<Record<string, string>>('.next/app-path-routes-manifest.json'));
    const wrong: string[] = [];
    for (const route of routes) {
      const name = route === '/' ? 'index' : route.slice(1);
      const { runtime, filePathMap = {} } = await functionConfig(name).catch(
        () => ({ runtime: 'none' }) as FunctionConfig,
      );
      const asksDatabase = name.startsWith('api/auth/');
      const hasCompiler = Object.keys(filePathMap).some((file) => COMPILER.test(file));
      if (!/^nodejs/.test(runtime) || (asksDatabase && !hasCompiler))
        wrong.push(`${route}: ${runtime}, ${hasCompiler}`);
    }
    expect(wrong).toEqual([]);
    expect(routes.length).toBeGreaterThan(50);
  });

  it('packs the hashing worker, and all that it loads, with every function that hashes', async () => {
    for (const name of ['api/auth/login', 'api/auth/register', 'api/auth/token']) {
      const files = await filesOf(name);
      const entry = files.find((file) => /worker.*hash_worker.*\.js$/.test(file)) ?? 'no worker';
      expect(files, name).toContain(entry);
      const loaded = [...(await copy.read(entry)).matchAll(/"(server\/chunks\/[^"]+\.js)"/g)];
      const chunks = loaded.map(([, chunk = '']) => `.next/${chunk}`);
      expect(chunks.filter((chunk) => !files.includes(chunk))).toEqual([]);
      const code = await Promise.all(chunks.map((chunk) => copy.read(chunk)));
      expect(code.some((text) => text.includes('$2b$'))).toBe(true);
      expect((await functionConfig(name)).runtime).toMatch(/^nodejs/);
    }
  });

  it('has the cleaning of vercel.json on its schedule, at a route that exists', async () => {
    const { crons } = await readJson<{ crons: { path: string }[] }>('vercel.json');
    expect((await readJson<OutputConfig>(output('config.json'))).crons).toEqual(crons);
    expect(crons.length).toBeGreaterThan(0);
    for (const { path: route } of crons) expect((await functionConfig(route)).runtime).toMatch(/^nodejs/);
  });
});
