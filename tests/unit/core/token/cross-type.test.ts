import { beforeAll, expect, test } from 'vitest';
import { signStatusList, statusBytes, verifyStatusList } from '@/lib/core/status-list/status-list';
import { mintRefreshToken, readRefreshToken, refreshMacKeys } from '@/lib/core/token/refresh-token';
import { seal, unseal } from '@/lib/core/token/sealed-token';
import { CLAIMS, outcomeOf, signClaims, signHeader } from '../../../fixtures/access-tokens';
import { NOW } from '../../../fixtures/deterministic';
import { rootsOf } from '../../../fixtures/root-secrets';
import { type TestKey, testKey } from '../../../fixtures/signing';

// Every token of ours in the place of every other one (C1): only the diagonal passes. All signed tokens are of one key.

const URI = CLAIMS.status.status_list.uri;
const SEALING = { id: 'sealkey1', bytes: new Uint8Array(32).fill(7) };
const KINDS = ['access', 'refresh', 'sealed', 'status list', 'id token', 'plain JWT'] as const;
type Kind = (typeof KINDS)[number];
const READERS = ['access', 'refresh', 'sealed', 'status list'] as const;

let key: TestKey;
let tokens: Record<Kind, string>;

beforeAll(async () => {
  key = await testKey();
  const refresh = { sessionId: CLAIMS.sid, counter: 1, secret: new Uint8Array(16) };
  tokens = {
    access: await signClaims(key),
    refresh: await mintRefreshToken(refresh, await refreshMacKeys(await rootsOf(1))),
    sealed: await seal('sign-up', { jti: CLAIMS.jti, exp: NOW + 600, data: { ...CLAIMS } }, SEALING),
    'status list': await signStatusList(statusBytes([]), URI, key.signing, NOW),
    'id token': await signHeader(key, { typ: 'JWT' }),
    'plain JWT': await signHeader(key, { typ: undefined }),
  };
});

async function isAccepted(reader: (typeof READERS)[number], token: string): Promise<boolean> {
  switch (reader) {
    case 'access':
      return (await outcomeOf(token, key.verifying)) === 'accepted';
    case 'refresh':
      return (await readRefreshToken(token, await refreshMacKeys(await rootsOf(1)))).ok;
    case 'sealed':
      return (await unseal('sign-up', token, () => SEALING, NOW)).ok;
    case 'status list':
      return (await verifyStatusList(token, URI, key.verifying, NOW, 0)).ok;
  }
}

test.each(READERS.flatMap((reader) => KINDS.map((kind) => [reader, kind] as const)))(
  'where %s is expected, %s is judged by what it is',
  async (reader, kind) => {
    expect(await isAccepted(reader, tokens[kind])).toBe(reader === kind);
  },
);
