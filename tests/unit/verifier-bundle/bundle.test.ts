import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { EdgeVM } from '@edge-runtime/vm';
import { transform } from 'esbuild';
import { afterAll, beforeAll, describe, type ExpectStatic, expect, test } from 'vitest';
import { parseAst } from 'vitest/node';
import type { SigningAlgorithm } from '@/lib/core/keys/signing-key';
import { environmentSchema } from '@/lib/server/config/settings';
import type * as Bundle from '@/lib/verifier/index';
import { importsOf } from '@/tests/architecture/module-graph';
import { buildVerifier } from '@/tests/support/services/verifier-bundle';
import { CLAIMS } from '../../fixtures/access-tokens';
import { FakeIssuer, LOST } from '../../fixtures/fake-issuer';
import { testKey } from '../../fixtures/signing';

let folder: string;
let made: Awaited<ReturnType<typeof buildVerifier>>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'handstamp-bundle-'));
  made = await buildVerifier(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

// Promise: The file that services copy imports nothing
describe('the file that services copy', () => {
  test('imports nothing, and asks for nothing while it runs', () => {
    expect(importsOf({ ...parseAst(made.code) })).toEqual([]);
    expect(made.code).not.toMatch(/\bnode:|\brequire\(|\bimport\(|\bprocess\.|\bBuffer\b|\beval\(|new Function/);
  });

  test('exports what its types say, and no more', async () => {
    const { bearerGuard, createVerifier }: typeof Bundle = await import(pathToFileURL(made.file).href);
    const all = { bearerGuard, createVerifier };
    expect(Object.keys(await import(pathToFileURL(made.file).href)).sort()).toEqual(Object.keys(all));
    expect(Object.values(all).map((value) => typeof value)).toEqual(['function', 'function']);
  });

  test('holds no secret, no setting of ours, and nothing that signs or reads a refresh token', () => {
    const named = Object.keys(environmentSchema.shape).filter((name) => made.code.includes(name));
    expect(named.filter((name) => name !== 'PORT')).toEqual([]);
    expect(made.code).not.toMatch(/-----BEGIN|"d":|CompactSign|importPKCS8|hs_rt_|\/api\/auth/);
  });

  test('is small, and says how small', () => {
    expect(made.code.length).toBeLessThan(60_000);
    expect(made.printed).toMatch(/: \d+\.\d KB,\n\d+\.\d KB compressed/);
  });

  test('brings the licences of what it contains', () => {
    expect(made.code).toMatch(/Contains parts of jose[\s\S]+Filip Skokan/);
    expect(made.code).toMatch(/Contains parts of fflate[\s\S]+Arjun Barrett/);
  });
});

describe.each<SigningAlgorithm>(['ES256', 'EdDSA', 'RS256'])('with %s keys it verifies', (algorithm) => {
  let issuer: FakeIssuer;
  let server: Server;
  let origin: string;

  beforeAll(async () => {
    issuer = new FakeIssuer(await testKey(algorithm));
    server = createServer(async (request, response) => {
      const answer = await issuer.trueAnswer(`http://${request.headers.host}${request.url}`);
      response.end(await answer.text());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    // Real time: the bundle brings its own clocks.
    issuer.wall = (Date.now() / 1_000 - issuer.now()) * 1_000;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  async function proves({ createVerifier, bearerGuard }: typeof Bundle) {
    issuer.endedPlaces.clear();
    issuer.endedPlaces.add(6);
    const options = { issuer: CLAIMS.iss, audience: CLAIMS.aud, fetchOrigin: origin };
    const guard = bearerGuard(createVerifier(options));
    const seen = async (token: string) => {
      const { claims, refusal } = await guard(`Bearer ${token}`);
      return claims?.sub ?? refusal?.status;
    };
    const status = (idx: number) => ({ status: { status_list: { idx, uri: CLAIMS.status.status_list.uri } } });
    expect(await seen(await issuer.token(10, status(5)))).toBe(CLAIMS.sub);
    expect(await seen(await issuer.token(10, status(6)))).toBe(401);
    expect(await seen(await issuer.token(10, { aud: 'https://other.example' }))).toBe(401);
    expect(await seen(await issuer.token(10, {}, await testKey(algorithm, 'another')))).toBe(401);
  }

  test('on Node', async () => {
    await proves(await import(pathToFileURL(made.file).href));
  });

  test('in an edge runtime, where no code may come from text', async () => {
    // A context evaluates scripts, not modules: the same code with its exports as a value.
    const { code } = await transform(made.code, { format: 'iife', globalName: 'bundle' });
    const edge = new EdgeVM({ codeGeneration: { strings: false, wasm: false } });
    await proves(edge.evaluate(`${code}; bundle`));
  });
});

describe('when an answer gets lost, whatever its signal says,', () => {
  /** Real timers: two seconds for the key set, then one for each look at the list. */
  async function proves({ createVerifier }: typeof Bundle, lose: () => Promise<Response>, expect: ExpectStatic) {
    const issuer = await FakeIssuer.start();
    const verifier = createVerifier({ issuer: CLAIMS.iss, audience: CLAIMS.aud }, issuer.surroundings);
    const seen = async () => {
      const verified = await verifier.verify(await issuer.token());
      return verified.ok ? 'accepted' : verified.code;
    };
    issuer.answer = lose;
    expect(await Promise.all([seen(), seen()])).toEqual(['status_unavailable', 'status_unavailable']);
    issuer.comeBack();
    issuer.advance(10);
    expect(await seen()).toBe('accepted');
    issuer.answer = lose;
    issuer.advance(5);
    expect(await seen()).toBe('accepted');
    issuer.advance(30);
    expect(await seen()).toBe('status_unavailable');
    issuer.comeBack();
    issuer.advance(10);
    expect(await seen()).toBe('accepted');
    expect(new Set(issuer.losses.map(({ cause }) => cause))).toEqual(new Set(['deadline']));
  }

  // What runs beside others counts its own assertions.
  test.concurrent.for(Object.entries(LOST))(
    'the file goes on after its deadline on Node: %s',
    async ([, lose], { expect }) => {
      await proves(await import(pathToFileURL(made.file).href), lose, expect);
    },
  );

  test.concurrent.for(Object.entries(LOST))('and in an edge runtime: %s', async ([, lose], { expect }) => {
    const { code } = await transform(made.code, { format: 'iife', globalName: 'bundle' });
    const edge = new EdgeVM({ codeGeneration: { strings: false, wasm: false } });
    await proves(edge.evaluate(`${code}; bundle`), lose, expect);
  });
});
