import fc from 'fast-check';
import { bearerGuard } from '@/lib/verifier/bearer-guard';
import { boundedText } from '@/lib/verifier/bounded-body';
import { BadAnswer } from '@/lib/verifier/deadline';
import { transparentRefresh } from '@/lib/verifier/transparent-refresh';
import { createVerifier } from '@/lib/verifier/verifier';
import { ISSUER, signClaims } from '@/tests/fixtures/access-tokens';
import { NOW } from '@/tests/fixtures/deterministic';
import { jwk, signer } from './jwks';
import { asyncParser, type Parser } from './parser';
import { anyBytes, anyText, jsonWith, longText, nearlyOrAny } from './texts';

/** As old as needs a look at a list. */
const token = await signClaims(signer);

/** What an issuer, or whatever stands at its address, may answer. */
const answer = fc.record({
  status: fc.constantFrom(200, 200, 200, 304, 401, 404, 500, 503),
  body: fc.oneof(
    fc.array(jwk, { maxLength: 3 }).map((all) => JSON.stringify({ keys: all })),
    jsonWith('keys', 'code').map((value) => JSON.stringify(value)),
    longText,
  ),
  headers: fc.dictionary(
    fc.constantFrom('age', 'etag', 'set-cookie', 'content-type'),
    fc.constantFrom('1', '"x"', 'a=b; Path=/', '=;', '99999999999', '-1'),
  ),
});
const answers = fc.array(answer, { minLength: 1, maxLength: 3 });

/** Clocks that move a minute at each look, and a network that says what it was told to say, or breaks down. */
function surroundingsWith(
  all: readonly { readonly status: number; readonly body: string; readonly headers: Record<string, string> }[],
) {
  let [asked, looks] = [0, 0];
  return {
    now: () => NOW,
    monotonicMs: () => {
      looks += 1;
      return looks * 60_000;
    },
    fetch: async () => {
      asked += 1;
      const { status, body, headers } = all[asked % (all.length + 1)] ?? { status: 0, body: '', headers: {} };
      if (status === 0) throw new TypeError('fetch failed');
      return new Response(status === 304 ? null : body, { status, headers });
    },
  };
}

/** What a verifier reads of others: its issuer, and those who bring tokens. */
export const PARSERS_OF_VERIFIERS: readonly Parser[] = [
  asyncParser(
    ['verifier/bounded-body.ts boundedText'],
    fc.tuple(fc.array(anyBytes, { maxLength: 5 }), fc.nat(600)),
    async ([chunks, limit]) => {
      const body = new ReadableStream({
        start(controller) {
          for (const chunk of chunks) controller.enqueue(chunk);
          controller.close();
        },
      });
      const all = Buffer.concat(chunks);
      const read = await boundedText(new Response(body), limit, new AbortController().signal).catch(
        (error: unknown) => error,
      );
      return all.length > limit ? read instanceof BadAnswer : read === new TextDecoder().decode(all);
    },
    0.1,
  ),
  asyncParser(
    [
      'verifier/verifier.ts createVerifier',
      'verifier/remote-jwk-set.ts remoteJwkSet',
      'verifier/status-lists.ts statusLists',
    ],
    fc.tuple(answers, nearlyOrAny(fc.constant(token))),
    async ([all, text]) => {
      const verifier = createVerifier({ issuer: ISSUER, audience: ISSUER }, surroundingsWith(all));
      const verified = await verifier.verify(text);
      return verified.ok ? text === token : /^[a-z_]+$/.test(verified.code);
    },
    0.02,
  ),
  asyncParser(
    ['verifier/bearer-guard.ts bearerGuard'],
    fc.tuple(answers, fc.option(nearlyOrAny(fc.constant(`Bearer ${token}`)))),
    async ([all, authorization]) => {
      const guard = bearerGuard(
        createVerifier({ issuer: ISSUER, audience: ISSUER }, surroundingsWith(all)),
        {},
        { now: () => NOW },
      );
      const { claims, refusal } = await guard(authorization);
      return refusal === null
        ? claims.iss === ISSUER
        : [400, 401, 503].includes(refusal.status) && refusal.headers['cache-control'] === 'no-store';
    },
    0.02,
  ),
  asyncParser(
    ['verifier/transparent-refresh.ts transparentRefresh'],
    fc.tuple(answers, anyText),
    async ([all, userAgent]) => {
      const options = {
        internalOrigin: 'http://127.0.0.1:3000',
        appOrigin: ISSUER,
        refreshCookieName: '__Host-refresh',
      };
      const refresh = transparentRefresh(options, surroundingsWith(all));
      const refreshToken = `AQ${'A'.repeat(92)}`;
      const { kind } = await refresh({ refreshToken, userAgent, forwardedFor: null, network: null });
      return ['refreshed', 'refused', 'unavailable'].includes(kind);
    },
    0.02,
  ),
];
