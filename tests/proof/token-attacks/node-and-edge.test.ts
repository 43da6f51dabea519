import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { EdgeVM } from '@edge-runtime/vm';
import { transform } from 'esbuild';
import { expect, onTestFinished, test } from 'vitest';
import type * as Bundle from '@/lib/verifier/index';
import { buildVerifier } from '@/tests/support/services/verifier-bundle';
import { ISSUER } from '../../fixtures/access-tokens';
import { attackMaterial } from '../../fixtures/attack-material';
import { FakeIssuer } from '../../fixtures/fake-issuer';
import { proved } from '../../support/proof';
import { FAMILIES } from './families';
import { forgeOf } from './forge';

test('the same bytes get the same code on Node and in an edge runtime, and the one that they must get', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'handstamp-alike-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { file, code } = await buildVerifier(folder);
  const onNode: typeof Bundle = await import(pathToFileURL(file).href);
  // A context evaluates scripts, not modules: the same code with its exports as a value.
  const script = await transform(code, { format: 'iife', globalName: 'bundle' });
  const atEdge: typeof Bundle = new EdgeVM({ codeGeneration: { strings: false, wasm: false } }).evaluate(
    `${script.code}; bundle`,
  );
  const { material, key } = await attackMaterial();
  const issuer = new FakeIssuer(key);
  const forge = forgeOf(material);
  const attempts = (await Promise.all(FAMILIES.map(({ tokens }) => tokens?.(forge) ?? []))).flat();

  async function codesOf({ createVerifier }: typeof Bundle): Promise<string[]> {
    const verifier = createVerifier({ issuer: ISSUER, audience: ISSUER }, issuer.surroundings);
    return Promise.all(
      attempts.map(async ({ token }) => {
        const verified = await verifier.verify(token);
        return verified.ok ? 'accepted' : verified.code;
      }),
    );
  }

  const [node, edge] = [await codesOf(onNode), await codesOf(atEdge)];
  expect(edge).toEqual(node);
  const wrong = attempts.flatMap(({ name, codes }, at) =>
    codes.some((expected) => expected === node[at]) ? [] : [`${name}: ${node[at]}`],
  );
  expect(wrong).toEqual([]);
  expect(attempts.length).toBeGreaterThan(1_000);
  const alike = node.filter((outcome, at) => outcome === edge[at]).length;
  proved({ what: 'Tokens judged alike on Node and at the edge', tried: attempts.length, held: alike });
});
