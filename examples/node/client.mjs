// A program that asks services with an access token of Handstamp, on Node >= 20 and without packages. A 401 `invalid_token` is
// no end: the token ran out, or what it says of the person is true no more. It is refreshed, and the request made once more.
//
//   EMAIL=member@handstamp.test PASSWORD=violet-otter-maps-the-harbour \
//   ISSUER=http://localhost:3000 SERVICE=http://127.0.0.1:4000/ node examples/node/client.mjs
import { pathToFileURL } from 'node:url';

/**
 * Signs in. `resource` names the service that the tokens are for; without it they are for the issuer's own API.
 *
 * @param {{ issuer: string, email: string, password: string, resource?: string }} as
 */
export async function signIn({ issuer, email, password, resource }) {
  const asked = { email, password, ...(resource === undefined ? {} : { resource }) };
  let tokens = await post(`${issuer}/api/auth/token`, asked);
  let refreshing;

  /** Several requests that are refused at once share one refresh. */
  function refresh() {
    refreshing ??= post(`${issuer}/api/auth/token/refresh`, { refresh_token: tokens.refresh_token })
      .then((fresh) => {
        tokens = fresh;
      })
      .finally(() => {
        refreshing = undefined;
      });
    return refreshing;
  }

  /** As `fetch`, with the token. A body must be one that can be sent twice. */
  return async function ask(url, init = {}) {
    const send = () => {
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${tokens.access_token}`);
      return fetch(url, { ...init, headers });
    };
    const sent = tokens;
    const answer = await send();
    if (answer.status !== 401 || !answer.headers.get('www-authenticate')?.includes('"invalid_token"')) return answer;
    await answer.body?.cancel();
    if (sent === tokens) await refresh();
    return send();
  };
}

async function post(url, fields) {
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(fields) });
  const body = await answer.json();
  // `invalid_grant` at a refresh: the session is over, and the person has to sign in again.
  if (!answer.ok) throw new Error(`${url} answered ${answer.status} ${body.error}`);
  return body;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { ISSUER, SERVICE, RESOURCE, EMAIL, PASSWORD } = process.env;
  const ask = await signIn({ issuer: ISSUER, email: EMAIL, password: PASSWORD, resource: RESOURCE });
  const answer = await ask(SERVICE);
  console.log(answer.status, await answer.text());
}
