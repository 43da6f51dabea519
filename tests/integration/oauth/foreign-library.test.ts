import { CompactSign } from 'jose';
import * as oauth from 'oauth4webapi';
import { afterAll, describe, expect, it } from 'vitest';
import { utf8 } from '@/lib/core/encoding';
import { liveKeyring } from '@/lib/server/keys/live-keyring';
import { addClient } from '@/lib/server/oauth/client-store';
import { findFreePort } from '@/scripts/free-port.mjs';
import { useDatabase } from '@/tests/support/database/use-database';
import { bearer, claimsOf, signInProgram, type Tokens } from '@/tests/support/http/programs';
import { send, targetAt } from '@/tests/support/http/requests';
import { COOKIE, prepareSession } from '@/tests/support/people';
import { startServer } from '@/tests/support/server/server';

// What a library that is not ours makes of our metadata, tokens and answers. It knows the issuer's address and no more.

const { url: databaseUrl } = await useDatabase();
const port = await findFreePort();
const ISSUER = `http://localhost:${port}`;
process.env['APP_ORIGIN'] = ISSUER;
const server = await startServer({ databaseUrl, port, env: { APP_ORIGIN: ISSUER } });
afterAll(() => server.stop());

/** The library's own switch for an issuer without TLS. */
const OVER_HTTP = { [oauth.allowInsecureRequests]: true };

const discovered = await oauth.discoveryRequest(new URL(ISSUER), { algorithm: 'oauth2', ...OVER_HTTP });
const issuer = await oauth.processDiscoveryResponse(new URL(ISSUER), discovered);

async function newClient(audience: string | null = null) {
  const credentials = await addClient(`client-${crypto.randomUUID()}`, audience);
  if (credentials === null) throw new Error('The name was taken');
  return credentials;
}

/** The claims, if the library takes the token for one of RFC 9068. */
async function validate(token: string): Promise<oauth.JWTAccessTokenClaims> {
  const request = new Request(`${ISSUER}/api/me`, { headers: { authorization: `Bearer ${token}` } });
  return oauth.validateJwtAccessToken(issuer, request, ISSUER, OVER_HTTP);
}

// Promise: Access tokens are those of RFC 9068
describe('oauth4webapi takes for an access token of RFC 9068', () => {
  it('the token of a browser', async () => {
    const session = await prepareSession();
    expect(await validate(session.accessToken)).toMatchObject({ client_id: 'web', sub: session.person.id });
  });

  it('the token of a program, and the one after its refresh', async () => {
    const { person, tokens } = await signInProgram(server);
    expect(await validate(tokens.access_token)).toMatchObject({ client_id: 'api', sub: person.id });
  });

  it('the token of a program that proved to be a client, whose id it names for the life of the session', async () => {
    const { id, secret } = await newClient();
    const { tokens } = await signInProgram(server, undefined, { client_id: id, client_secret: secret });
    expect(await validate(tokens.access_token)).toMatchObject({ client_id: id });
    const refreshed = await refresh(tokens.refresh_token);
    expect(await validate(refreshed.access_token)).toMatchObject({ client_id: id });
  });

  it('no token that was changed', async () => {
    const { accessToken } = await prepareSession();
    const [header, payload = '', signature] = accessToken.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const changed = Buffer.from(JSON.stringify({ ...claims, role: 'admin' })).toString('base64url');
    await expect(validate([header, changed, signature].join('.'))).rejects.toThrow();
  });
});

describe('a token of version 0.1, which names no client', () => {
  it('opens pages and API until it is over', async () => {
    const { accessToken } = await prepareSession();
    const { client_id: _gone, ...claims } = claimsOf(accessToken);
    const { signing } = await liveKeyring();
    const before = await new CompactSign(utf8(JSON.stringify(claims)))
      .setProtectedHeader({ alg: signing.algorithm, typ: 'at+jwt', kid: signing.kid })
      .sign(signing.privateKey);
    const target = targetAt(ISSUER);
    const cookies = { [COOKIE.access]: before };
    expect((await send(target, '/api/me', { cookies })).status).toBe(200);
    expect((await send(target, '/api/auth/session', bearer(before))).status).toBe(200);
    expect((await send(target, '/account', { cookies })).status).toBe(200);
    await expect(validate(before)).rejects.toThrow(/client_id/);
  });
});

async function refresh(refreshToken: string): Promise<oauth.TokenEndpointResponse> {
  const client = { client_id: 'nightly-report' };
  const response = await oauth.refreshTokenGrantRequest(issuer, client, oauth.None(), refreshToken, OVER_HTTP);
  return oauth.processRefreshTokenResponse(issuer, client, response);
}

describe('oauth4webapi', () => {
  it('refreshes at the token endpoint, and rotates by what it is given', async () => {
    const { tokens } = await signInProgram(server);
    const refreshed = await refresh(tokens.refresh_token);
    expect(refreshed).toMatchObject({ token_type: 'bearer', refresh_token: expect.stringMatching(/^hs_rt_/) });
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
  });

  it('revokes, and the answer is JSON for libraries that parse it', async () => {
    const { tokens } = await signInProgram(server);
    const client = { client_id: 'nightly-report' };
    const response = await oauth.revocationRequest(issuer, client, oauth.None(), tokens.refresh_token, OVER_HTTP);
    expect(await response.clone().json()).toEqual({});
    await oauth.processRevocationResponse(response);
    await expect(refresh(tokens.refresh_token)).rejects.toThrow(/invalid_grant|OAuth|error/i);
  });

  it('introspects, and is told which client a token was given to', async () => {
    const { id, secret } = await newClient();
    const { tokens } = await signInProgram(server);
    const ask = async ({ access_token }: Tokens) => {
      const auth = oauth.ClientSecretBasic(secret);
      const client = { client_id: id };
      const response = await oauth.introspectionRequest(issuer, client, auth, access_token, OVER_HTTP);
      return oauth.processIntrospectionResponse(issuer, client, response);
    };
    expect(await ask(tokens)).toMatchObject({ active: true, client_id: 'api' });
  });

  it('finds no grant in the metadata that asks for a password', () => {
    expect(issuer.grant_types_supported).toEqual(['refresh_token']);
  });
});
