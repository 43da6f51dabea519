import fc from 'fast-check';
import type { RawRequest } from '@/tests/support/http/raw-request';
import { cookieHeader, SITE } from '@/tests/support/http/requests';
import type { Cookies } from '@/tests/support/people';
import type { Endpoint } from './all-endpoints';
import { anyBytes, anyText, headerText, jsonWith, nearly, nearlyOrAny, wellFormed } from './texts';

const FIELDS = [
  'email',
  'password',
  'name',
  'code',
  'token',
  'remember',
  'next',
  'currentPassword',
  'newPassword',
  'role',
];
const MORE_FIELDS = [
  'ceremony',
  'assertion',
  'attestation',
  'for',
  'reason',
  'disabled',
  'grant_type',
  'refresh_token',
];
const names = fc.constantFrom(
  ...FIELDS,
  ...MORE_FIELDS,
  'client_id',
  'client_secret',
  'resource',
  'attempt',
  '__proto__',
);
const near = nearlyOrAny(
  fc.constantFrom('nobody@people.test', '123456', 'member', 'sign_in', 'true', 'refresh_token', '25'),
);
const pairs = fc.array(fc.tuple(names, near), { maxLength: 4 });
const form = pairs.map((all) => new URLSearchParams(all).toString());
const json = fc.oneof(fc.dictionary(names, fc.oneof(near, fc.jsonValue({ maxDepth: 2 }))), jsonWith(...FIELDS));
const BOUNDARY = 'x';
const part = fc.tuple(
  nearlyOrAny(fc.constantFrom('email', '1_$ACTION_ID_0', '$ACTION_REF_1', '$ACTION_1:0', '0', '1')),
  near,
);
const multipart = fc
  .array(part, { maxLength: 4 })
  .map(
    (all) =>
      `${all.map(([name, value]) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`).join('')}--x--\r\n`,
  );

type Sent = readonly [type: string | null, body: string];
const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** A type and a body that are meant for each other, or nearly, or not at all. Bodies are bytes, one a character. */
const sent: fc.Arbitrary<Sent> = fc.oneof(
  {
    weight: 4,
    arbitrary: json.map((value): Sent => ['application/json', latin(Buffer.from(JSON.stringify(value) ?? ''))]),
  },
  {
    weight: 2,
    arbitrary: nearly(json.map((value) => JSON.stringify(value) ?? '')).map(
      (text): Sent => ['application/json', latin(Buffer.from(text))],
    ),
  },
  {
    weight: 2,
    arbitrary: nearly(form).map((text): Sent => ['application/x-www-form-urlencoded', latin(Buffer.from(text))]),
  },
  { weight: 1, arbitrary: fc.tuple(headerText, anyBytes).map(([type, bytes]): Sent => [type, latin(bytes)]) },
  { weight: 1, arbitrary: fc.constant<Sent>([null, '']) },
);

/** Bodies of forms with files: broken ones are answered by Next itself (SECURITY.md, *What is not promised*). */
export const multipartBody: fc.Arbitrary<Sent> = nearlyOrAny(multipart).map(
  (text): Sent => [`multipart/form-data; boundary=${BOUNDARY}`, latin(Buffer.from(text))],
);

/** Headers that something here reads; `Host`, and what says where a body ends, are for another proof. */
const HEADERS = [
  'Authorization',
  'User-Agent',
  'X-Forwarded-For',
  'Accept',
  'If-None-Match',
  'Traceparent',
  'Range',
  'Referer',
];
const MORE_HEADERS = [
  'RSC',
  'Next-Url',
  'Accept-Language',
  'Sec-Fetch-Site',
  'Access-Control-Request-Method',
  'Tracestate',
];
const headers = fc.dictionary(
  fc.constantFrom(...HEADERS, ...MORE_HEADERS, 'Next-Router-Prefetch', 'X-Nextjs-Data'),
  fc.oneof(
    nearly(fc.constantFrom('Bearer x', 'Basic YTpi', '1', '127.0.0.1', '*', 'same-origin')).map(asHeader),
    headerText,
  ),
  { maxKeys: 4 },
);
const query = fc.oneof(
  fc.constant(''),
  form.map((text) => `?${text}`),
  anyText.map((text) => `?${encodeURI(wellFormed(text))}`),
);

/** What stands for a dynamic segment: an id that somebody has, or anything. */
const segment = (id: string) =>
  fc.oneof(
    fc.constant(id),
    nearly(fc.constant(id)).map((text) => encodeURIComponent(wellFormed(text)) || '0'),
  );

const withSegments = (address: string, text: string): string => address.replace(/\[+\.*\w+\]+/g, text);

/** Requests to an endpoint by whoever has these cookies, now and then with others. `id`: of something that is there. */
export function requestsTo({ method, path }: Endpoint, cookies: Cookies, id: string): fc.Arbitrary<RawRequest> {
  const own = cookieHeader(cookies);
  const cookie = fc.oneof(
    { weight: 4, arbitrary: fc.constant(own) },
    { weight: 1, arbitrary: nearly(fc.constant(own)).map(asHeader) },
    { weight: 1, arbitrary: headerText },
  );
  const withBody = method === 'GET' ? fc.constant<Sent>([null, '']) : sent;
  return fc
    .tuple(segment(id), query, headers, cookie, withBody)
    .map(([place, search, more, cookies, [type, body]]) => ({
      ...{ method, target: withSegments(path, place) + search, version: 'HTTP/1.1', body },
      headers: [
        ['Host', new URL(SITE).host],
        ['Origin', SITE],
        ['Cookie', cookies],
        ...(type === null ? [] : [['Content-Type', type] as const]),
        ['Content-Length', String(body.length)],
        ...Object.entries(more),
      ],
    }));
}

/** Calls of an action by scripts and by plain forms, with arguments that nearly are some (React's own encoding). */
export function callsOf(action: string, page: string, cookies: Cookies): fc.Arbitrary<RawRequest> {
  const args = nearlyOrAny(
    fc.constantFrom(
      '["$K1"]',
      '[]',
      '[null,"$K1"]',
      '["$undefined","$F1"]',
      '["$n1"]',
      '["$Q1","$W2"]',
      '["$1:a:b"]',
      '[{"a":"$@1"}]',
      '["$D2026"]',
      '["$o1","$A1","$r1"]',
    ),
  );
  const text = args.map((body): Sent => ['text/plain;charset=UTF-8', latin(Buffer.from(body))]);
  const own = fc.constantFrom(action, action.slice(0, -1), '0'.repeat(42));
  return fc.tuple(own, fc.oneof(text, multipartBody)).map(([id, [type, body]]) => ({
    ...{ method: 'POST', target: page, version: 'HTTP/1.1', body },
    headers: [
      ['Host', new URL(SITE).host],
      ['Origin', SITE],
      ['Cookie', cookieHeader(cookies)],
      ['Content-Type', type ?? ''],
      ['Content-Length', String(body.length)],
      ['Next-Action', id],
      ['Accept', 'text/x-component'],
    ],
  }));
}

/** As a header can hold it: bytes, and no end of a line. */
function asHeader(text: string): string {
  return text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?');
}
