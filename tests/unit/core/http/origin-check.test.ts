import { describe, expect, test } from 'vitest';
import { cookieNames } from '@/lib/core/http/cookies';
import { checkOrigin, isForm, isJson, type OriginFacts, originFacts } from '@/lib/core/http/origin-check';

const APP = 'https://app.handstamp.example';
const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

const FACTS: OriginFacts = {
  method: 'POST',
  secFetchSite: null,
  origin: null,
  contentType: JSON_TYPE,
  hasOurCookie: true,
  hasBearer: false,
};

/** Of two outcomes: refused with the code that callers turn into their answer, or not refused. */
function passes(facts: Partial<OriginFacts>): boolean {
  const checked = checkOrigin({ ...FACTS, ...facts }, APP);
  if (!checked.ok && checked.code !== 'origin_refused') throw new Error(`refused as ${checked.code}`);
  return checked.ok;
}

const SITES = [
  null,
  'same-origin',
  'same-site',
  'cross-site',
  'none',
  '',
  'Same-Origin',
  'same-origin, same-origin',
  'nonsense',
];
const WELL_FORMED = [
  APP,
  'https://evil.example',
  'https://app.handstamp.example:8443',
  'http://app.handstamp.example',
  'https://sub.app.handstamp.example',
];
const MALFORMED = [
  '',
  `${APP}/`,
  `${APP}/path`,
  'HTTPS://APP.HANDSTAMP.EXAMPLE',
  `${APP}:443`,
  'app.handstamp.example',
  '*',
  'NULL',
  'undefined',
  `${APP}, ${APP}`,
  ` ${APP}`,
  'https://',
  'file://',
  `${APP}\u0000`,
  'https://a b',
  '://',
  'data:,x',
  'chrome-extension://abcdef',
];

/** The rule of the design, said once more in its own words. */
function expectedToPass(facts: OriginFacts): boolean {
  if (facts.origin !== null && MALFORMED.includes(facts.origin)) return false;
  if (facts.secFetchSite !== null) return facts.secFetchSite === 'same-origin';
  if (facts.origin !== null) return facts.origin === APP;
  return !facts.hasOurCookie && (facts.hasBearer || facts.contentType === JSON_TYPE);
}

test('every combination of headers on an unsafe method is judged by the rule', () => {
  let passed = 0;
  for (const secFetchSite of SITES) {
    for (const origin of [null, 'null', ...WELL_FORMED, ...MALFORMED]) {
      for (const contentType of [null, JSON_TYPE, FORM_TYPE, 'text/plain', 'multipart/form-data; boundary=x']) {
        for (const hasOurCookie of [true, false]) {
          for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'post', 'TRACE', 'CONNECT', 'PROPFIND', '']) {
            for (const hasBearer of [true, false]) {
              const facts = { method, secFetchSite, origin, contentType, hasOurCookie, hasBearer };
              if (passes(facts) !== expectedToPass(facts)) throw new Error(JSON.stringify(facts));
              if (passes(facts)) passed += 1;
            }
          }
        }
      }
    }
  }
  expect(passed).toBeGreaterThan(100);
});

describe('the cases that the rule is for', () => {
  test.each<[string, Partial<OriginFacts>, boolean]>([
    ['our own page', { secFetchSite: 'same-origin', origin: APP }, true],
    ['our own page under a no-referrer policy', { secFetchSite: 'same-origin', origin: 'null' }, true],
    ['our own page in a browser that sends no Origin', { secFetchSite: 'same-origin' }, true],
    ['our own page in a browser without Fetch Metadata', { origin: APP }, true],
    ['the call of middleware to itself', { origin: APP, contentType: null }, true],
    [
      'a form on a sibling domain',
      { secFetchSite: 'same-site', origin: 'https://other.handstamp.example', contentType: FORM_TYPE },
      false,
    ],
    [
      'a form on another site',
      { secFetchSite: 'cross-site', origin: 'https://evil.example', contentType: FORM_TYPE },
      false,
    ],
    [
      'a form on another site before the first login (login CSRF)',
      { origin: 'https://evil.example', contentType: FORM_TYPE, hasOurCookie: false },
      false,
    ],
    [
      'a form in a sandboxed frame of another site',
      { secFetchSite: 'cross-site', origin: 'null', contentType: FORM_TYPE },
      false,
    ],
    ['a null origin without Fetch Metadata', { origin: 'null', hasOurCookie: false }, false],
    ['an address typed in', { secFetchSite: 'none' }, false],
    ['Fetch Metadata of another site beside our Origin', { secFetchSite: 'cross-site', origin: APP }, false],
    ['an Origin that no parser reads beside same-origin', { secFetchSite: 'same-origin', origin: 'nonsense' }, false],
    [
      'a program without cookies, with JSON',
      { hasOurCookie: false, contentType: 'application/json; charset=utf-8' },
      true,
    ],
    ['a program with a cookie', { hasOurCookie: true }, false],
    ['a program with a form', { hasOurCookie: false, contentType: FORM_TYPE }, false],
    ['a program without a body', { hasOurCookie: false, contentType: null }, false],
    ['a program with a Bearer token and no body', { hasOurCookie: false, contentType: null, hasBearer: true }, true],
    ['a program with a Bearer token beside a cookie', { hasOurCookie: true, hasBearer: true }, false],
    [
      'another site with a Bearer token',
      { origin: 'https://evil.example', hasOurCookie: false, hasBearer: true },
      false,
    ],
    ['JSON disguised as text', { hasOurCookie: false, contentType: 'text/plain; application/json' }, false],
  ])('%s', (_name, facts, expected) => {
    expect(passes(facts)).toBe(expected);
  });
});

test.each(['GET', 'HEAD', 'OPTIONS', 'get'])('%s is safe and is not asked where it comes from', (method) => {
  for (const secFetchSite of SITES) {
    for (const origin of [null, 'null', ...WELL_FORMED, ...MALFORMED])
      expect(passes({ method, secFetchSite, origin })).toBe(true);
  }
});

describe('body types', () => {
  test.each(['application/json', 'APPLICATION/JSON', 'application/json;charset=utf-8', ' application/json ; x=y'])(
    '%j is JSON',
    (type) => {
      expect([isJson(type), isForm(type)]).toEqual([true, false]);
    },
  );

  test.each([FORM_TYPE, `${FORM_TYPE}; charset=UTF-8`])('%j is a form', (type) => {
    expect([isJson(type), isForm(type)]).toEqual([false, true]);
  });

  test.each([
    null,
    '',
    'text/plain',
    'application/jsonp',
    'application/json-patch+json',
    'x/application/json',
    'application/json, text/plain',
    'multipart/form-data',
  ])('%j is neither', (type) => {
    expect([isJson(type), isForm(type)]).toEqual([false, false]);
  });
});

describe('the facts of a request', () => {
  const NAMES = cookieNames(true);
  const of = (headers: Record<string, string>) => originFacts('PUT', new Headers(headers), NAMES);

  test('are what its headers say', () => {
    const headers = { 'sec-fetch-site': 'cross-site', origin: APP, 'content-type': FORM_TYPE };
    expect(of(headers)).toEqual({
      ...{ method: 'PUT', secFetchSite: 'cross-site', origin: APP, contentType: FORM_TYPE },
      ...{ hasOurCookie: false, hasBearer: false },
    });
    expect(of({})).toMatchObject({ secFetchSite: null, origin: null, contentType: null });
  });

  test.each(Object.values(cookieNames(true)))('know %s for a cookie of ours, and no other', (name) => {
    expect(of({ cookie: `theme=dark; ${name}=x` }).hasOurCookie).toBe(true);
    expect(of({ cookie: `theme=dark; not-${name}=x`, 'x-cookie': `${name}=x` }).hasOurCookie).toBe(false);
  });

  test('know a Bearer token, good or not', () => {
    expect(of({ authorization: 'Bearer nonsense' }).hasBearer).toBe(true);
    expect(of({ authorization: 'Basic dXNlcjpwYXNz' }).hasBearer).toBe(false);
    expect(of({}).hasBearer).toBe(false);
  });
});
