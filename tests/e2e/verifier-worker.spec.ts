import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { ACCESS, cookieText } from '@/tests/support/browser/cookies';
import { buildVerifier } from '@/tests/support/services/verifier-bundle';
import { expect, test } from './fixtures';

/** What runs in the worker: the three lines of docs/verify-in-your-service.md, told over messages what to verify. */
const WORKER = `
import { bearerGuard, createVerifier } from './handstamp-verifier.mjs';
let guard;
self.onmessage = async ({ data: { issuer, token } }) => {
  guard ??= bearerGuard(createVerifier({ issuer, audience: issuer }));
  const { claims, refusal, failure } = await guard('Bearer ' + token);
  self.postMessage({ sub: claims?.sub ?? null, status: refusal?.status ?? 200, failure: failure ?? null });
};`;

const PAGE = `<!doctype html><title>Somebody else's</title><link rel="icon" href="data:,"><script type="module">
const worker = new Worker('./worker.mjs', { type: 'module' });
window.verify = (message) => new Promise((resolve, reject) => {
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => reject(new Error(event.message));
  worker.postMessage(message);
});
</script>`;

type Verdict = { readonly sub: string | null; readonly status: number; readonly failure: string | null };

/** A site of another origin that serves the page, the worker and the bundle, and nothing else. */
async function serveElsewhere(code: string): Promise<{ origin: string; close: () => Promise<void> }> {
  const files: Record<string, readonly [type: string, text: string]> = {
    '/': ['text/html', PAGE],
    '/worker.mjs': ['text/javascript', WORKER],
    '/handstamp-verifier.mjs': ['text/javascript', code],
  };
  const server = createServer((request, response) => {
    const [type, text] = files[request.url ?? ''] ?? [];
    response.writeHead(text === undefined ? 404 : 200, { 'content-type': type ?? 'text/plain' }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

test('a worker on a page of another origin verifies our tokens, and sees a sign-out within 5 s', async ({
  origin,
  context,
  signedIn,
  openBrowser,
}) => {
  expect(signedIn.email).not.toBe('');
  const token = await cookieText(context, ACCESS);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'handstamp-worker-'));
  const site = await serveElsewhere((await buildVerifier(folder)).code);
  try {
    const page = await (await openBrowser()).newPage();
    const asked: string[] = [];
    page.context().on('response', (answer) => {
      if (answer.url().startsWith(origin)) asked.push(`${answer.status()} ${new URL(answer.url()).pathname}`);
    });
    await page.goto(site.origin);
    const verify = (text: string): Promise<Verdict> =>
      page.evaluate((message) => (window as unknown as { verify(sent: object): Promise<Verdict> }).verify(message), {
        issuer: origin,
        token: text,
      });
    expect(await verify(token)).toMatchObject({ sub: expect.any(String), status: 200 });
    expect(await verify(`${token.slice(0, -8)}AAAAAAAA`)).toMatchObject({ status: 401, failure: 'bad_signature' });
    // Once the token is three seconds old its list is needed, and later asked for again with its name.
    await expect
      .poll(
        async () => {
          expect(await verify(token)).toMatchObject({ status: 200 });
          return asked.filter((one) => one.endsWith('/status-lists/0')).length;
        },
        { timeout: 15_000 },
      )
      .toBeGreaterThan(1);

    const answer = await context.request.post(`${origin}/api/auth/logout`, { headers: { origin } });
    expect(answer.status()).toBe(204);
    await expect.poll(async () => (await verify(token)).failure, { timeout: 5_000 }).toBe('revoked');
  } finally {
    await site.close();
    await rm(folder, { recursive: true, force: true });
  }
});
