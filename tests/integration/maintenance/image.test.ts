import { lstat, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findFreePort } from '@/scripts/free-port.mjs';
import { isAllowed } from '@/scripts/sbom/licences.mjs';
import { sql } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { send } from '@/tests/support/http/requests';
import { makeImageFolder } from '@/tests/support/image/image-folder';
import { COOKIE, createPerson, only, PASSWORD } from '@/tests/support/people';
import { REPOSITORY, testEnvironment } from '@/tests/support/server/environment';

type Component = {
  readonly name: string;
  readonly 'bom-ref': string;
  readonly licenses: readonly { readonly license?: { readonly id: string }; readonly expression?: string }[];
  readonly hashes: readonly { readonly content: string }[];
};
type Bom = {
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly dependsOn: readonly string[] }[];
};

const { url: databaseUrl } = await useDatabase('empty');
const port = await findFreePort();
const settings = testEnvironment(databaseUrl, port);
const origin = settings['APP_ORIGIN'] ?? '';

// An image before this one, which took a file of its own predecessor along.
const previous = await mkdtemp(path.join(os.tmpdir(), 'handstamp-previous-'));
await mkdir(path.join(previous, 'static/chunks'), { recursive: true });
await writeFile(path.join(previous, 'static-files.json'), JSON.stringify(['chunks/before.js']));
await writeFile(path.join(previous, 'static/chunks/before.js'), '"before"');
await writeFile(path.join(previous, 'static/chunks/before-that.js'), '"before that"');
afterAll(() => rm(previous, { recursive: true }));

// Next puts the files of settings that the build found there.
const builders = path.join(REPOSITORY, '.next/standalone/.env');
await writeFile(builders, 'AUTH_SECRET=of-whoever-built');
const image = await makeImageFolder(previous).finally(() => rm(builders));
afterAll(() => image.remove());
const atFirst = await image.contents();

const bytesBelow = (folder: string, except = 'none') =>
  atFirst
    .filter((line) => line.startsWith(folder) && !line.startsWith(except))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-2)), 0);
const isIn = (name: string) => atFirst.some((line) => line.startsWith(`${name} `));

// Promise: An image belongs to root and runs as a number
describe('the folder of an image', () => {
  it('is small: 45 MB of server and 12 MB of commands at most', () => {
    expect(bytesBelow('', 'ops/')).toBeLessThan(45_000_000);
    expect(bytesBelow('', 'ops/')).toBeGreaterThan(20_000_000);
    expect(bytesBelow('ops/')).toBeLessThan(12_000_000);
  });

  it('holds neither the settings of whoever built it nor a library that nothing uses', () => {
    expect(atFirst.filter((line) => /(?:^|\/)\.env|@img|sharp|libvips|\.node /.test(line))).toEqual([]);
  });

  it('takes along what browsers fetch of the release before, and not of the one before that', async () => {
    expect(isIn('.next/static/chunks/before.js')).toBe(true);
    expect(isIn('.next/static/chunks/before-that.js')).toBe(false);
    const own: string[] = JSON.parse(await readFile(path.join(image.folder, '.next/static-files.json'), 'utf8'));
    expect(own.filter((name) => !isIn(`.next/static/${name}`))).toEqual([]);
    expect(own).not.toContain('chunks/before.js');
    expect(own.length).toBeGreaterThan(10);
  });

  it('names all packages in it, those that were bundled too, each with digest and an allowed licence', async () => {
    const { components, dependencies }: Bom = JSON.parse(
      await readFile(path.join(image.folder, 'sbom.cdx.json'), 'utf8'),
    );
    const names = components.map(({ name }) => name);
    // In the folder; bundled by Next for servers, for the edge, for browsers; bundled with the commands.
    expect(names).toEqual(
      expect.arrayContaining(['next', 'bcryptjs', 'fflate', '@radix-ui/react-alert-dialog', 'pg', 'zod']),
    );
    expect(names.filter((name) => /sharp|@img|^prisma$|typescript|esbuild/.test(name))).toEqual([]);
    const licenceOf = ({ licenses }: Component) =>
      licenses.map(({ license, expression }) => license?.id ?? expression)[0];
    expect(components.filter((component) => !isAllowed(licenceOf(component)))).toEqual([]);
    expect(components.filter(({ hashes }) => !/^[0-9a-f]{128}$/.test(hashes[0]?.content ?? ''))).toEqual([]);
    const refs = components.map((component) => component['bom-ref']);
    expect(new Set(refs).size).toBe(refs.length);
    expect(dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !refs.includes(ref))).toEqual([]);
    expect(image.printed).toContain(`of ${refs.length} packages`);
  });

  it('may be read by everybody and written by its owner alone', async () => {
    const modes = await Promise.all(
      atFirst.map(async (line) => {
        const entry = await lstat(path.join(image.folder, line.split(' ').slice(0, -2).join(' ')));
        return entry.isSymbolicLink() ? 0o444 : entry.mode;
      }),
    );
    expect(modes.filter((mode) => (mode & 0o444) !== 0o444 || (mode & 0o022) !== 0)).toEqual([]);
  });
});

describe('somebody who may not write there', () => {
  it('brings an empty database up to date, twice, and sees its keys', async () => {
    const first = await image.run('migrate', [], settings);
    expect(first.output).toContain('Applied 20261123045142_initial');
    expect(first.code).toBe(0);
    const second = await image.run('migrate', [], settings);
    expect(second).toEqual({ code: 0, output: 'The database was up to date.\n' });
    const keys = await image.run('keys', ['status'], settings);
    expect(keys.output).toMatch(/ES256 .*current/);
    expect(keys.code).toBe(0);
  });

  it('runs the other commands, which tell what is wrong in a sentence', async () => {
    const { email } = await createPerson({ email: 'grace@people.test' });
    expect((await image.run('users', ['role', email, 'admin'], settings)).code).toBe(0);
    expect(await sql(databaseUrl, `SELECT role FROM "User" WHERE email = '${email}'`)).toEqual([{ role: 'admin' }]);
    expect((await image.run('clients', ['list'], settings)).output).toContain('There are none yet');
    expect((await image.run('clean', [], settings)).output).toContain('key rotation: ');
    const away = await image.run('keys', ['status'], { ...settings, AUTH_SECRET: 'c2hvcnQ' });
    expect(away).toMatchObject({ code: 1, output: expect.stringMatching(/^keys: AUTH_SECRET is too short/) });
  });

  it('serves: signs somebody in, renews their session, and hands out the files of pages', async () => {
    const { email } = await createPerson({ email: 'ada@people.test', hasPassword: true });
    const server = await image.start(port, settings);
    const target = { port, origin };
    const json = { email, password: PASSWORD };
    const { status, cookies } = await send(target, '/api/auth/login', { method: 'POST', json });
    expect(status, server.output()).toBe(200);
    const page = await send(target, '/dashboard', { cookies });
    expect(page.status).toBe(200);
    expect(page.text).toContain(email);
    // The edge asks its own server for new cookies.
    const renewed = await send(target, '/dashboard', { cookies: only(cookies, COOKIE.refresh) });
    expect([renewed.status, Object.keys(renewed.cookies)]).toEqual([200, expect.arrayContaining([COOKIE.access])]);
    const [script = 'no script'] = /\/_next\/static\/[^"?]+\.js/.exec(page.text) ?? [];
    for (const file of [script, '/_next/static/chunks/before.js']) expect((await send(target, file)).status).toBe(200);
    expect((await send(target, '/api/health/ready')).status).toBe(200);
    // Without what optimises images, it refuses as it does with it.
    expect((await send(target, '/_next/image?url=%2Ficon.svg&w=64&q=75')).status).toBe(400);
    expect((await server.stop()).code).toBe(0);
  });

  it('has written nothing', async () => {
    expect(await image.contents()).toEqual(atFirst);
  });
});
