import fc from 'fast-check';
import { isTooLarge } from '@/lib/core/http/body-limit';
import { cookieNames } from '@/lib/core/http/cookies';
import { corsHeaders } from '@/lib/core/http/cors';
import { checkOrigin, isForm, isJson, originFacts } from '@/lib/core/http/origin-check';
import { isListableOrigin, isLoopbackHost, isResource, publicOrigins } from '@/lib/core/http/origins';
import { isProblemCode } from '@/lib/core/http/problem';
import { accessOf, isDecodable } from '@/lib/core/http/route-policy';
import { isCarriable, loginPath, safeNextPath, withNext } from '@/lib/core/http/safe-redirect';
import { MAX_BODY_BYTES } from '@/lib/core/policy';
import { listOfUri, parseListNumber, statusListUri } from '@/lib/core/status-list/status-index';
import { asyncParser, type Parser, parser } from './parser';
import { anyText, headerText, longText, nearly, nearlyOrAny, wellFormed } from './texts';

const SITE = 'https://app.handstamp.example';
const NAMES = cookieNames(true);
const isOneOf = (value: string, ...all: readonly string[]) => all.includes(value);
const origin = fc.constantFrom(SITE, 'https://evil.test', 'http://localhost:3000', 'null', 'capacitor://localhost');
const path = fc.oneof(
  fc.webPath(),
  fc.constantFrom(
    '/dashboard',
    '/account/sessions?x=1',
    '/login',
    '/api/me',
    '/%2e%2e/x',
    '/a/../login',
    '/step-up?next=/x',
  ),
);
const mediaType = fc.constantFrom('application/json', 'application/x-www-form-urlencoded; charset=utf-8', 'text/plain');
const list = fc.nat(999_999_999);

/** Paths, origins, and what decides by them. */
export const PARSERS_OF_ADDRESSES: readonly Parser[] = [
  parser(['core/http/route-policy.ts accessOf', 'core/http/route-policy.ts isDecodable'], nearlyOrAny(path), (text) => {
    const access = accessOf(text);
    const isBelow =
      text.endsWith('/') || access === 'public' || accessOf(`${text}/x`) === access || text === '/api/auth';
    return (
      isBelow &&
      isDecodable(encodeURIComponent(wellFormed(text))) &&
      isDecodable(text) === !throws(() => decodeURIComponent(text))
    );
  }),
  parser(['core/http/safe-redirect.ts safeNextPath'], fc.option(nearlyOrAny(path)), (text) => {
    const next = safeNextPath(text, SITE);
    const url = new URL(next, SITE);
    return (
      url.origin === SITE &&
      /^\/(?![/\\])/.test(next) &&
      next === url.pathname + url.search &&
      safeNextPath(next, SITE) === next
    );
  }),
  parser(
    ['withNext', 'loginPath', 'isCarriable'].map((name) => `core/http/safe-redirect.ts ${name}`),
    fc.tuple(longText, fc.boolean()),
    ([text, isEnded]) => {
      const isCarried = isCarriable(text);
      const said = new URL(loginPath(text, { isEnded }), SITE).searchParams.get('next');
      const led = new URL(withNext('/register?change=1', text), SITE).searchParams.get('next');
      if (!isCarried) return said === null && led === null;
      return said === wellFormed(text) && (led === said || (led === null && text === '/dashboard'));
    },
  ),
  parser(
    ['originFacts', 'checkOrigin'].map((name) => `core/http/origin-check.ts ${name}`),
    fc.record({
      method: fc.constantFrom('GET', 'POST', 'DELETE', 'get', 'X'),
      site: fc.option(fc.oneof(fc.constantFrom('same-origin', 'same-site', 'cross-site', 'none'), headerText)),
      origin: fc.option(nearly(origin).map(bytesOnly)),
      cookie: fc.option(fc.constantFrom(`${NAMES.refresh}=x`, 'theme=dark')),
    }),
    ({ method, site, origin: from, cookie }) => {
      const given = { 'sec-fetch-site': site, origin: from, cookie, 'content-type': 'application/json' };
      const headers = new Headers(
        Object.entries(given).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
      );
      const facts = originFacts(method, headers, NAMES);
      const checked = checkOrigin(facts, SITE);
      if (!checked.ok || isOneOf(method.toUpperCase(), 'GET', 'HEAD', 'OPTIONS')) return true;
      const said = headers.get('sec-fetch-site');
      if (said !== null) return said === 'same-origin';
      return headers.get('origin') === SITE || (headers.get('origin') === null && !facts.hasOurCookie);
    },
  ),
  parser(
    ['core/http/origin-check.ts isJson', 'core/http/origin-check.ts isForm'],
    fc.option(nearlyOrAny(mediaType)),
    (text) => {
      const isEither = isJson(text) || isForm(text);
      return (
        !isEither ||
        (isJson(text) !== isForm(text) && /^\s*application\/(?:json|x-www-form-urlencoded)/i.test(text ?? ''))
      );
    },
  ),
  parser(
    ['core/http/cors.ts corsHeaders'],
    fc.record({
      method: fc.constantFrom('GET', 'OPTIONS', 'POST'),
      origin: fc.option(nearly(origin)),
      preflightMethod: fc.option(anyText),
    }),
    (request) => {
      const headers = corsHeaders('listed', request, ['GET'], ['https://partner.test', 'null']);
      const allowed = headers['access-control-allow-origin'];
      return allowed === undefined || (allowed === request.origin && isOneOf(allowed, 'https://partner.test', 'null'));
    },
  ),
  parser(
    ['isListableOrigin', 'isResource', 'isLoopbackHost'].map((name) => `core/http/origins.ts ${name}`),
    nearlyOrAny(origin),
    (text) => {
      if (isListableOrigin(text) && /[\s*]/.test(text)) return false;
      return (
        (!isResource(text) || URL.canParse(text)) &&
        isLoopbackHost(text) === isOneOf(text, 'localhost', '127.0.0.1', '[::1]')
      );
    },
  ),
  parser(
    ['core/http/origins.ts publicOrigins'],
    fc.record({ APP_ORIGIN: nearlyOrAny(origin), INTERNAL_ORIGIN: fc.option(nearly(origin), { nil: undefined }) }),
    (source) => {
      const read = publicOrigins(source);
      if (!read.ok) return read.fault.endsWith('.') === false;
      const { appOrigin, internalOrigin, isSecure } = read;
      const isSpeltOnce = [appOrigin, internalOrigin].every((text) => new URL(text).origin === text);
      return isSpeltOnce && (isSecure || isLoopbackHost(new URL(appOrigin).hostname));
    },
  ),
  parser(['core/http/problem.ts isProblemCode'], nearlyOrAny(fc.constantFrom('not_found', 'constructor')), (text) =>
    isProblemCode(text) ? /^[a-z_]+$/.test(text) : text !== 'not_found',
  ),
  asyncParser(
    ['core/http/body-limit.ts isTooLarge'],
    fc.tuple(
      fc.option(nearly(fc.nat(MAX_BODY_BYTES * 2).map(String)).map(bytesOnly)),
      fc.array(fc.nat(200_000), { maxLength: 4 }),
    ),
    async ([declared, sizes]) => {
      const length = sizes.reduce((sum, size) => sum + size, 0);
      const headers = new Headers(
        declared === null ? { 'transfer-encoding': 'chunked' } : { 'content-length': declared },
      );
      const isRefused = await isTooLarge({ headers, body: streamOf(sizes) });
      return declared === null
        ? isRefused === length > MAX_BODY_BYTES
        : isRefused === Number(declared) > MAX_BODY_BYTES;
    },
    0.1,
  ),
  parser(
    ['listOfUri', 'parseListNumber', 'statusListUri'].map((name) => `core/status-list/status-index.ts ${name}`),
    fc.tuple(list, nearlyOrAny(list.map((number) => statusListUri(SITE, number)))),
    ([number, text]) => {
      const found = listOfUri(SITE, text);
      const isOneSpelling = found === null || statusListUri(SITE, found) === text;
      return (
        isOneSpelling &&
        listOfUri(SITE, statusListUri(SITE, number)) === number &&
        parseListNumber(String(number)) === number
      );
    },
  ),
];

function throws(work: () => unknown): boolean {
  try {
    work();
    return false;
  } catch {
    return true;
  }
}

/** What a `Headers` object takes. */
function bytesOnly(text: string): string {
  return text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?');
}

function streamOf(sizes: readonly number[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start(controller) {
      for (const size of sizes) controller.enqueue(new Uint8Array(size));
      controller.close();
    },
  });
}
