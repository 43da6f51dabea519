import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import { makeImageFolder } from '@/tests/support/image/image-folder';
import { proved } from '@/tests/support/proof';
import { REPOSITORY } from '@/tests/support/server/environment';

/** What was in the environment of the build below `npm run prove`: see scripts/prove.mjs. */
const secrets = z.record(z.string(), z.string()).parse(JSON.parse(process.env['HANDSTAMP_BUILT_WITH'] ?? '{}'));
const image = await makeImageFolder();
afterAll(() => image.remove());

/** What nobody deploys: what the next build may use again, and how long the parts of this one took. */
const LEFT_AT_HOME = /^(?:cache|dev|diagnostics|trace|trace-build)(?:\/|$)/;

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

/** As it is, and as a bundler or an encoder would write it. */
const spellings = (secret: string): string[] => [
  ...[secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)],
  ...[Buffer.from(secret).toString('base64').replace(/=+$/, ''), Buffer.from(secret).toString('hex')],
];

// Promise: Logs hold no password, token, cookie or code
it('no secret that the build could read is in what it made: not for browsers, not for the edge, not in the image', async () => {
  expect(Object.keys(secrets).sort()).toEqual(['AUTH_SECRET', 'CRON_SECRET', 'DATABASE_URL', 'SMTP_URL']);
  const wanted = Object.values(secrets).flatMap(spellings);
  const built = path.join(REPOSITORY, '.next');
  const own = (await filesBelow(built)).filter((file) => !LEFT_AT_HOME.test(path.relative(built, file)));
  const files = [...own, ...(await filesBelow(image.folder))];
  expect(files.length).toBeGreaterThan(500);
  const found: string[] = [];
  for (const file of files) {
    const text = await readFile(file, 'latin1');
    if (wanted.some((secret) => text.includes(secret))) found.push(file);
  }
  proved({
    what: 'files of the build and the image, without what the build could read',
    tried: files.length,
    held: files.length - found.length,
  });
  expect(found).toEqual([]);
});
