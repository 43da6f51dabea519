import fc from 'fast-check';
import { readEventId } from '@/lib/server/audit/event-view';
import { discardBody, readBody } from '@/lib/server/http/request-body';
import { requestFacts } from '@/lib/server/http/request-facts';
import { bringsClient } from '@/lib/server/oauth/client-authentication';
import { redact, scrubSentence } from '@/lib/server/observability/log-redaction';
import { readEventPage } from '@/lib/server/routes/event-page';
import { nextOf } from '@/lib/server/routes/form-answer';
import { readPasskeyId } from '@/lib/server/security/passkey-list';
import { addressPlace, readPlace, timePlace } from '@/lib/server/users/list-place';
import { asyncParser, type Parser, parser } from './parser';
import { anyBytes, anyText, headerText, jsonWith, longText, nearlyOrAny, wellFormed } from './texts';

const MAX_BYTES = 512;
const mediaType = fc.constantFrom(
  'application/json',
  'application/x-www-form-urlencoded',
  'text/plain',
  'application/json; charset=x',
);
const pairs = fc.array(fc.tuple(anyText, anyText), { maxLength: 4 }).map((all) => new URLSearchParams(all).toString());
const content = fc.oneof(
  anyBytes,
  nearlyOrAny(
    fc.oneof(
      jsonWith('email', '__proto__').map((value) => JSON.stringify(value)),
      pairs,
    ),
  ),
);
const FAILURES = ['malformed_request', 'payload_too_large', 'unsupported_media_type'];
const request = (type: string | null, body: BodyInit) =>
  new Request('http://localhost:3000/', {
    method: 'POST',
    body,
    headers: type === null ? [] : [['content-type', type]],
  });
const sizeOf = (body: string | Uint8Array) => (typeof body === 'string' ? Buffer.byteLength(body) : body.length);

/** What a server reads of bodies and queries. */
export const PARSERS_OF_BODIES: readonly Parser[] = [
  asyncParser(
    ['server/http/request-body.ts readBody', 'server/http/request-body.ts discardBody'],
    fc.tuple(fc.option(fc.oneof(mediaType, headerText)), content),
    async ([type, sent]) => {
      const [read, discarded] = [
        await readBody(request(type, sent), MAX_BYTES),
        await discardBody(request(type, sent), MAX_BYTES),
      ];
      const isTooLong = sizeOf(sent) > MAX_BYTES;
      if (!discarded.ok && !FAILURES.includes(discarded.code)) return false;
      return read.ok ? !isTooLong && discarded.ok : FAILURES.includes(read.code);
    },
    0.1,
  ),
  parser(
    ['server/oauth/client-authentication.ts bringsClient'],
    fc.tuple(
      nearlyOrAny(pairs.map((text) => `Basic ${btoa(`${text}:${text}`)}`)).map(latin),
      fc.option(anyText, { nil: undefined }),
    ),
    ([authorization, secret]) =>
      bringsClient(new Headers({ authorization }), { client_secret: secret }) || secret === undefined,
  ),
  parser(
    ['server/observability/log-redaction.ts redact'],
    fc.anything({ withDate: true, withMap: true, withBigInt: true }),
    (value) => {
      const kept = JSON.stringify(redact({ value })) ?? '';
      return !/@[a-z]+\.test/.test(kept);
    },
    0.2,
  ),
  parser(
    ['server/observability/log-redaction.ts scrubSentence'],
    fc.tuple(longText, fc.emailAddress(), longText),
    ([before, address, after]) => {
      const scrubbed = scrubSentence(`${before.slice(0, 200)} ${address} ${after}`);
      return scrubbed.length <= 500 && !scrubbed.includes(address);
    },
    0.2,
  ),
  parser(
    [
      'server/users/list-place.ts readPlace',
      'server/users/list-place.ts timePlace',
      'server/users/list-place.ts addressPlace',
    ],
    nearlyOrAny(
      fc.oneof(
        fc.emailAddress().map((email) => addressPlace({ email })),
        fc.nat().map((at) => timePlace({ createdAt: new Date(at), id: 'A'.repeat(22) })),
      ),
    ),
    (text) => {
      const place = readPlace(text);
      if (place === null) return true;
      return place.by === 'address' ? addressPlace(place) === text : timePlace(place) === text.replace(/^0+(?=\d)/, '');
    },
  ),
  parser(
    ['server/routes/event-page.ts readEventPage', 'server/audit/event-view.ts readEventId'],
    fc.tuple(nearlyOrAny(fc.nat().map(String)), nearlyOrAny(pairs)),
    ([cursor, query]) => {
      const read = readEventPage(new URLSearchParams(`cursor=${encodeURIComponent(wellFormed(cursor))}&${query}`));
      return readEventId(cursor) === null ? !read.ok : true;
    },
  ),
  parser(['server/security/passkey-list.ts readPasskeyId'], nearlyOrAny(fc.constant('A'.repeat(22))), (text) => {
    const id = readPasskeyId(text);
    return id === null || id === text;
  }),
  parser(['server/routes/form-answer.ts nextOf'], jsonWith('next'), (fields) => {
    const next = nextOf(typeof fields === 'object' && fields !== null ? { ...fields } : {});
    return next.startsWith('/') && !next.startsWith('//');
  }),
  parser(
    ['server/http/request-facts.ts requestFacts'],
    fc.tuple(headerText, headerText),
    ([agent, forwardedFor]) => {
      const { userAgent, ip } = requestFacts(new Headers({ 'user-agent': agent, 'x-forwarded-for': forwardedFor }));
      return ip === null && (userAgent ?? '').length <= 256;
    },
    0.2,
  ),
];

/** What a `Headers` object takes. */
function latin(text: string): string {
  return text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?');
}
