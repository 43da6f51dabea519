import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { bareHandlers, bareHandlersIn, watchBareHandlers } from '@/scripts/bare-handlers.mjs';

const FILE = 'app/(member)/api/invoices/[id]/route.ts';

// Promise: No handler relies on the middleware
test.each([
  'export async function POST() {}',
  'export function POST() {}',
  'export const POST = async () => new Response();',
  'export const POST: Handler = withLog(handler);',
  'const handler = () => new Response();\nexport { handler as POST };',
  "export { GET, POST } from './elsewhere';",
  '/* A note. */ export const POST = async (request: Request) => publicRoute(request);',
])('%j is a handler that nothing guards, and is told what to write', (text) => {
  const sentences = bareHandlersIn(FILE, text).filter((sentence) => sentence.includes('POST'));
  expect(sentences).toEqual([
    expect.stringContaining(
      "export const POST = sessionRoute('POST /api/invoices/[id]', {}, async ({ session }) => …)",
    ),
  ]);
});

test.each([
  "export const POST = sessionRoute('POST /api/invoices/[id]', {}, handle);",
  "export const GET =\n  publicRoute<Body>('GET /api/invoices/[id]', {}, handle);",
  "export * from '@/lib/server/routes/other-methods';",
  '// export async function POST() {}\n/* export const GET = 1; */',
  "const POST = 1;\nexport const dynamic = 'force-dynamic';",
])('%j is guarded, or no handler', (text) => {
  expect(bareHandlersIn(FILE, text)).toEqual([]);
});

test('none of this repository is bare', () => {
  expect(bareHandlers()).toEqual([]);
});

test('while files are written, each bare handler is told once', async () => {
  const root = await mkdtemp(path.join(os.tmpdir(), 'handstamp-routes-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const folder = path.join(root, 'app/api/notes');
  await mkdir(folder, { recursive: true });
  const said = vi.fn<(sentence: string) => void>();
  const watcher = watchBareHandlers(said, root);
  onTestFinished(() => watcher.close());
  const write = (text: string) =>
    Promise.all([once(watcher, 'change'), writeFile(path.join(folder, 'route.ts'), text)]);
  await write('export const GET = 1;');
  await vi.waitFor(() => expect(said).toHaveBeenCalledTimes(1));
  expect(said.mock.lastCall?.[0]).toMatch(/^app\/api\/notes\/route\.ts: nothing guards GET/);
  await write("export const GET = publicRoute('GET /api/notes', {}, f);");
  await write('export const POST = 1;');
  await vi.waitFor(() => expect(said).toHaveBeenCalledTimes(2));
});
