import { describe, expect, it } from 'vitest';
import { issueAccessToken } from '@/lib/core/token/access-token';
import { liveKeyring } from '@/lib/server/keys/live-keyring';
import { randomBytes } from '@/lib/server/keys/random';
import { addClient, removeClient, renewClientSecret } from '@/lib/server/oauth/client-store';
import { runCommand } from '@/tests/support/database/postgres';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import {
  ask,
  bearer,
  claimsOf,
  oauthErrorOf,
  refreshProgram,
  signInProgram,
  type Tokens,
} from '@/tests/support/http/programs';
import { SITE, send } from '@/tests/support/http/requests';
import { ageRotation, auditTypes, prepareSession, sessionRow } from '@/tests/support/people';
import { TEST_AUTH_SECRET } from '@/tests/support/server/environment';
import { useServer } from '@/tests/support/server/use-server';

const BILLING = 'https://billing.handstamp.test';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl, env: { TOKEN_AUDIENCES: BILLING } });

const revoke = (token: string, more: Record<string, string> = {}) =>
  ask(server, '/api/oauth/revoke', { token, ...more });
const basic = (id: string, secret: string) => ({
  headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
});
const sidOf = (tokens: Tokens) => String(claimsOf(tokens.access_token)['sid']);

async function newClient(audience: string | null = null) {
  const credentials = await addClient(`client-${crypto.randomUUID()}`, audience);
  if (credentials === null) throw new Error('The name was taken');
  return credentials;
}

// Promise: Whoever has a token can end its session
describe('POST /api/oauth/revoke (RFC 7009)', () => {
  it.each([
    ['a refresh token', (tokens: Tokens) => tokens.refresh_token],
    ['an access token', (tokens: Tokens) => tokens.access_token],
  ])('ends the session of %s, whoever holds it', async (_what, choose) => {
    const { tokens } = await signInProgram(server);
    const answer = await revoke(choose(tokens), { token_type_hint: 'access_token' });
    expect([answer.status, answer.text, answer.headers['cache-control']]).toEqual([200, '{}', 'no-store']);
    expect(await sessionRow(sidOf(tokens))).toMatchObject({ endReason: 'signed_out' });
    expect(await auditTypes(sidOf(tokens))).toContain('signed_out');
    expect((await send(server, '/api/auth/session', bearer(tokens.access_token))).status).toBe(401);
    expect(oauthErrorOf(await refreshProgram(server, tokens.refresh_token))).toBe('400 invalid_grant');
    expect((await revoke(choose(tokens))).status).toBe(200);
  });

  it('takes a refresh token that was rotated long ago, and a browser’s', async () => {
    const { tokens } = await signInProgram(server);
    await refreshProgram(server, tokens.refresh_token);
    await ageRotation(sidOf(tokens), 600);
    await revoke(tokens.refresh_token);
    expect(await sessionRow(sidOf(tokens))).toMatchObject({ endReason: 'signed_out' });
    const browser = await prepareSession();
    await revoke(browser.refreshToken);
    expect(await sessionRow(browser.id)).toMatchObject({ endReason: 'signed_out' });
  });

  it('takes an access token for another service', async () => {
    const { tokens } = await signInProgram(server, undefined, { resource: BILLING });
    await revoke(tokens.access_token);
    expect(await sessionRow(sidOf(tokens))).toMatchObject({ endReason: 'signed_out' });
  });

  it('answers 200 for anything else (§2.2), and asks the database nothing', async () => {
    const { tokens } = await signInProgram(server);
    const forged = `${tokens.access_token.slice(0, -6)}AAAAAA`;
    const { result, statements } = await countStatements(databaseUrl, () =>
      Promise.all(
        ['x', forged, `${tokens.refresh_token}x`, tokens.refresh_token.slice(0, -2)].map((text) => revoke(text)),
      ),
    );
    expect(result.map((answer) => answer.status)).toEqual([200, 200, 200, 200]);
    expect(statements.filter(({ sql }) => !sql.includes('Session_statusNumber_seq'))).toEqual([]);
    expect(await sessionRow(sidOf(tokens))).toMatchObject({ endedAt: null });
  });

  it('needs a token', async () => {
    expect(oauthErrorOf(await ask(server, '/api/oauth/revoke', { token: '' }))).toBe('400 invalid_request');
  });
});

describe('POST /api/oauth/introspect (RFC 7662)', () => {
  it('tells an authenticated resource server about an access token meant for it', async () => {
    const { id, secret } = await newClient();
    const { tokens, person } = await signInProgram(server);
    const answer = await ask(server, '/api/oauth/introspect', { token: tokens.access_token }, basic(id, secret));
    expect(answer.status).toBe(200);
    const { exp, iat, jti } = claimsOf(tokens.access_token);
    const known = {
      client_id: 'api',
      iss: SITE,
      aud: SITE,
      sub: person.id,
      sid: sidOf(tokens),
      exp,
      iat,
      jti,
      role: 'member',
    };
    expect(answer.json()).toMatchObject({ active: true, token_type: 'Bearer', ...known });
    expect(answer.text).not.toContain(person.email);
    const posted = { token: tokens.access_token, client_id: id, client_secret: secret };
    expect((await ask(server, '/api/oauth/introspect', posted)).json()).toMatchObject({ active: true });
  });

  it('knows of an ended session at once', async () => {
    const { id, secret } = await newClient();
    const { tokens } = await signInProgram(server);
    await revoke(tokens.refresh_token);
    const answer = await ask(server, '/api/oauth/introspect', { token: tokens.access_token }, basic(id, secret));
    expect(answer.json()).toEqual({ active: false });
  });

  it('says only “not active” of refresh tokens, forgeries, and tokens for another service', async () => {
    const { id, secret } = await newClient();
    const billing = await newClient(BILLING);
    const { tokens } = await signInProgram(server);
    const { tokens: foreign } = await signInProgram(server, undefined, { resource: BILLING });
    for (const token of [tokens.refresh_token, 'x', `${tokens.access_token}x`, foreign.access_token]) {
      const answer = await ask(server, '/api/oauth/introspect', { token }, basic(id, secret));
      expect([answer.status, answer.json()]).toEqual([200, { active: false }]);
    }
    const asBilling = (token: string) =>
      ask(server, '/api/oauth/introspect', { token }, basic(billing.id, billing.secret));
    expect((await asBilling(foreign.access_token)).json()).toMatchObject({ active: true, aud: BILLING });
    expect((await asBilling(tokens.access_token)).json()).toEqual({ active: false });
  });

  it.each([
    ['an index beyond its list', { idx: 131_072, uri: `${SITE}/status-lists/0` }],
    ['a list that does not exist', { idx: 0, uri: `${SITE}/status-lists/99999` }],
    ['the list after the last', { idx: 0, uri: `${SITE}/status-lists/1` }],
    ['a list of somebody else', { idx: 0, uri: 'https://evil.example/status-lists/0' }],
  ])('knows no token with %s, however well it is signed, and neither does the API', async (_what, place) => {
    const { id, secret } = await newClient();
    const { tokens } = await signInProgram(server);
    const { jti: _jti, iat: _iat, exp: _exp, status, ...about } = claimsOf(tokens.access_token);
    const signed = async (status_list: object) => {
      const { signing } = await liveKeyring();
      const claims = { ...about, status: { status_list } } as Parameters<typeof issueAccessToken>[0];
      return (await issueAccessToken(claims, 300, signing, Date.now() / 1_000, randomBytes)).token;
    };
    const genuine = await signed((status as { status_list: object }).status_list);
    expect((await send(server, '/api/auth/session', bearer(genuine))).status).toBe(200);
    const token = await signed(place);
    expect((await send(server, '/api/auth/session', bearer(token))).status).toBe(401);
    const answer = await ask(server, '/api/oauth/introspect', { token }, basic(id, secret));
    expect(answer.json()).toEqual({ active: false });
  });

  it('refuses whoever cannot name an id and its secret, in one way', async () => {
    const { id, secret } = await newClient();
    const other = await newClient();
    const { tokens } = await signInProgram(server);
    const form = { token: tokens.access_token };
    const attempts = [
      ask(server, '/api/oauth/introspect', form),
      ask(server, '/api/oauth/introspect', form, basic(id, other.secret)),
      ask(server, '/api/oauth/introspect', form, basic('A'.repeat(22), secret)),
      ask(server, '/api/oauth/introspect', form, basic(id, 'x')),
      ask(server, '/api/oauth/introspect', form, { headers: { authorization: 'Basic !!' } }),
      ask(server, '/api/oauth/introspect', form, { headers: { authorization: 'Basic JTo=' } }),
      ask(server, '/api/oauth/introspect', form, bearer(tokens.access_token)),
      ask(server, '/api/oauth/introspect', { ...form, client_id: id, client_secret: secret }, basic(id, secret)),
    ];
    for (const answer of await Promise.all(attempts)) {
      expect(oauthErrorOf(answer)).toBe('401 invalid_client');
      expect(answer.headers['www-authenticate']).toBe('Basic realm="handstamp"');
    }
  });

  it('asks the database nothing about an id or a secret that is none of ours by its shape', async () => {
    const { id, secret } = await newClient();
    const shapes: [string, string][] = [
      ['x', secret],
      [`${id}x`, secret],
      [id, 'x'],
      [id, secret.slice(0, -1)],
      [id, secret.replace('hs_cs_', 'hs_xx_')],
    ];
    const introspect = ([name, text]: [string, string]) =>
      ask(server, '/api/oauth/introspect', { token: 'x' }, basic(name, text));
    const { result, statements } = await countStatements(databaseUrl, () => Promise.all(shapes.map(introspect)));
    expect(result.map(oauthErrorOf)).toEqual(shapes.map(() => '401 invalid_client'));
    expect(statements.filter(({ sql }) => !sql.includes('Session_statusNumber_seq'))).toEqual([]);
  });

  it('stops knowing a removed client, and one whose secret was renewed', async () => {
    const { id, secret } = await newClient();
    const { tokens } = await signInProgram(server);
    const introspect = (used: string) =>
      ask(server, '/api/oauth/introspect', { token: tokens.access_token }, basic(id, used));
    const renewed = await renewClientSecret(id);
    expect((await introspect(secret)).status).toBe(401);
    expect((await introspect(renewed?.secret ?? '')).status).toBe(200);
    await removeClient(id);
    expect((await introspect(renewed?.secret ?? '')).status).toBe(401);
  });
});

describe('npm run clients', () => {
  const run = (...args: string[]) =>
    runCommand('lib/server/cli/clients.ts', { DATABASE_URL: databaseUrl, AUTH_SECRET: TEST_AUTH_SECRET }, args);

  it('makes one that works, lists it without its secret, and removes it', async () => {
    const made = await run('add', 'billing service');
    const id = /client_id: (\S+)/.exec(made)?.[1] ?? '';
    const secret = /client_secret: (\S+)/.exec(made)?.[1] ?? '';
    const { tokens } = await signInProgram(server);
    const answer = await ask(server, '/api/oauth/introspect', { token: tokens.access_token }, basic(id, secret));
    expect(answer.json()).toMatchObject({ active: true });
    const listed = await run('list');
    expect(listed).toContain('billing service');
    expect(listed).toContain(id);
    expect(listed).not.toContain(secret);
    await run('remove', 'billing service');
    expect(await run('list')).not.toContain('billing service');
  });

  it.each([
    [['add'], 'say which one'],
    [['add', 'x', '--audience', 'not a url'], 'absolute URL'],
    [['remove', 'nobody'], 'there is no client "nobody"'],
    [['paint', 'x'], 'there is no command "paint"'],
    [['add', 'x', '--colour', 'red'], 'Unknown option'],
  ])('says what is wrong with %j', async (args, sentence) => {
    await expect(run(...args)).rejects.toThrow(sentence);
  });
});

describe('GET /.well-known/oauth-authorization-server (RFC 8414)', () => {
  it('names what exists, and every endpoint that it names answers', async () => {
    const answer = await send(server, '/.well-known/oauth-authorization-server');
    expect(answer.headers['content-type']).toContain('application/json');
    const metadata = answer.json() as Record<string, unknown>;
    expect(metadata['issuer']).toBe(SITE);
    expect(metadata['response_types_supported']).toEqual([]);
    const addresses = Object.entries(metadata).filter(([name]) => /_(endpoint|uri)$/.test(name));
    expect(addresses.map(([name]) => name).sort()).toEqual([
      'introspection_endpoint',
      'jwks_uri',
      'revocation_endpoint',
      'status_list_aggregation_endpoint',
      'token_endpoint',
    ]);
    for (const [name, address] of addresses) {
      const path = String(address).slice(SITE.length);
      const isDocument = ['jwks_uri', 'status_list_aggregation_endpoint'].includes(name);
      const reached = isDocument ? await send(server, path) : await ask(server, path, {});
      expect([200, 400, 401], `${name} ${reached.status}`).toContain(reached.status);
    }
  });

  it('leads to the address of every status list (Token Status List §9.3)', async () => {
    const { accessToken } = await prepareSession();
    const { uri } = (claimsOf(accessToken)['status'] as { status_list: { uri: string } }).status_list;
    const answer = await send(server, '/status-lists', { headers: { origin: 'https://any.example' } });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'public, max-age=60',
      'access-control-allow-origin': '*',
    });
    expect(answer.json()).toEqual({ status_lists: [uri] });
    expect((await send(server, uri.slice(SITE.length))).status).toBe(200);
    const etag = String(answer.headers['etag']);
    expect((await send(server, '/status-lists', { headers: { 'if-none-match': etag } })).status).toBe(304);
  });
});
