import fc from 'fast-check';
import { isAnonymous } from '@/lib/core/http/anonymous';
import { bearerToken, readCredentials } from '@/lib/core/http/bearer';
import {
  confirmedCookie,
  cookieNames,
  everyCookie,
  hasAnyCookie,
  parseSetCookie,
  readCookie,
  replaceCookies,
} from '@/lib/core/http/cookies';
import { entityTag, namesEtag } from '@/lib/core/http/entity-tag';
import { clientAddress, networkOf, networkPrefixOf, sharedNetworks } from '@/lib/core/http/network-address';
import { mayBeAction, mayNameAction } from '@/lib/core/http/server-action';
import { formatTraceparent, parseTraceparent } from '@/lib/core/http/trace-context';
import { describeDevice, describeProgram, trimUserAgent } from '@/lib/core/http/user-agent';
import { boundNetwork, isAtHome, networkClaim, networkToKeep } from '@/lib/core/session/network-binding';
import { asyncParser, type Parser, parser } from './parser';
import { headerText, longText, nearly, nearlyOrAny } from './texts';

const NAMES = cookieNames(false);
const token = fc.string({ unit: fc.constantFrom(...'abcXYZ019._-'), minLength: 1, maxLength: 30 });
const cookie = fc
  .tuple(fc.constantFrom(...Object.values(NAMES), 'theme', '__proto__'), token)
  .map((pair) => pair.join('='));
const cookies = fc.array(cookie, { maxLength: 6 }).map((all) => all.join('; '));
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 20 });
const address = fc.oneof(fc.ipV4(), fc.ipV6());
const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const traceparent = fc.tuple(hex(32), hex(16), hex(2)).map(([trace, span, flags]) => `00-${trace}-${span}-${flags}`);
/** As Node writes the names of programs and browsers. */
const agent = fc.constantFrom(
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0',
  'curl/8.5.0',
);

/** What comes in the head of a request. */
export const PARSERS_OF_HEADERS: readonly Parser[] = [
  parser(
    ['readCookie', 'everyCookie', 'hasAnyCookie', 'confirmedCookie'].map((name) => `core/http/cookies.ts ${name}`),
    maybe(nearlyOrAny(cookies)),
    (header) =>
      Object.values(NAMES).every((name) => {
        const [all, one] = [everyCookie(header, name), readCookie(header, name)];
        if (all.length > 0 && !hasAnyCookie(header, NAMES)) return false;
        return one === (all.length === 1 ? all[0] : null) && confirmedCookie(header, name, all[0]) === one;
      }),
  ),
  parser(['core/http/cookies.ts replaceCookies'], fc.tuple(maybe(nearlyOrAny(cookies)), token), ([header, value]) => {
    const replaced = replaceCookies(header, new Map([[NAMES.access, value]]));
    const isKept = (name: string) => String(everyCookie(replaced, name)) === String(everyCookie(header, name));
    return readCookie(replaced, NAMES.access) === value && isKept(NAMES.refresh) && isKept('theme');
  }),
  parser(
    ['core/http/cookies.ts parseSetCookie'],
    nearlyOrAny(cookie.map((pair) => `${pair}; Path=/; HttpOnly`)),
    (line) => {
      const parsed = parseSetCookie(line);
      return parsed === null || (!parsed.name.includes('=') && !`${parsed.name}${parsed.value}`.includes(';'));
    },
  ),
  parser(
    ['core/http/bearer.ts readCredentials', 'core/http/bearer.ts bearerToken'],
    maybe(nearlyOrAny(token.map((text) => `Bearer ${text}`))),
    (header) => {
      const credentials = readCredentials(header);
      const found = bearerToken(header);
      if (credentials.kind !== 'bearer')
        return found === null && (credentials.kind !== 'none' || !/^bearer(?: |$)/i.test(header ?? ''));
      return found === credentials.token && bearerToken(`Bearer ${found}`) === found && !/\s/.test(found);
    },
  ),
  parser(
    ['core/http/anonymous.ts isAnonymous'],
    fc.tuple(fc.constantFrom('GET', 'POST', 'OPTIONS', 'get', 'X'), nearlyOrAny(cookies).map(cleaned), headerText),
    ([method, cookie, authorization]) => {
      const headers = new Headers({ cookie, authorization });
      if (!isAnonymous(method, headers, NAMES)) return true;
      return (
        method !== 'OPTIONS' &&
        bearerToken(headers.get('authorization')) === null &&
        readCookie(headers.get('cookie'), NAMES.access) === null
      );
    },
  ),
  asyncParser(
    ['core/http/entity-tag.ts entityTag'],
    longText,
    async (text) => namesEtag(await entityTag(text), await entityTag(text)),
    0.2,
  ),
  parser(
    ['core/http/entity-tag.ts namesEtag'],
    maybe(nearlyOrAny(fc.array(token.map((tag) => `W/"${tag}"`)).map((tags) => tags.join(', ')))),
    (header) =>
      namesEtag(header, '"other"') === (header !== null && (header.trim() === '*' || header.includes('"other"'))),
  ),
  parser(
    ['core/http/network-address.ts clientAddress', 'core/http/network-address.ts sharedNetworks'],
    fc.tuple(
      maybe(nearlyOrAny(fc.array(address, { maxLength: 3 }).map((all) => all.join(', ')))),
      fc.integer({ min: 0, max: 3 }),
    ),
    ([header, hops]) => {
      const client = clientAddress(header, hops);
      if (sharedNetworks(header, hops).length !== (hops < 1 ? 0 : client === null ? 1 : 2)) return false;
      return client === null || (clientAddress(client, 1) === client && client.length <= 45);
    },
  ),
  parser(
    ['core/http/network-address.ts networkOf', 'core/http/network-address.ts networkPrefixOf'],
    nearlyOrAny(address),
    (text) => {
      const client = clientAddress(text, 1);
      return client === null
        ? networkOf(text).length <= text.length + 5
        : /^[0-9a-f:./]+$/.test(networkOf(client) + networkPrefixOf(client));
    },
  ),
  asyncParser(
    ['boundNetwork', 'networkToKeep', 'networkClaim', 'isAtHome'].map(
      (name) => `core/session/network-binding.ts ${name}`,
    ),
    fc.tuple(token, maybe(nearly(address))),
    async ([sid, from]) => {
      const network = boundNetwork('prefix', from);
      if (network === null || boundNetwork('off', from) !== null) return false;
      const kept = networkToKeep(network);
      return kept === null ? from === null : isAtHome({ sid, net: await networkClaim(sid, kept) }, network);
    },
    0.2,
  ),
  parser(
    ['core/http/server-action.ts mayBeAction', 'core/http/server-action.ts mayNameAction'],
    nearlyOrAny(hex(42)).map(cleaned),
    (name) => {
      const headers = new Headers({ 'next-action': name, 'content-type': name });
      return (
        mayBeAction('POST', headers) &&
        !mayBeAction('GET', headers) &&
        (!mayNameAction(name) || /^[0-9a-f]{32,80}$/.test(name))
      );
    },
  ),
  parser(
    ['core/http/trace-context.ts parseTraceparent', 'core/http/trace-context.ts formatTraceparent'],
    maybe(nearlyOrAny(traceparent)),
    (text) => {
      const parsed = parseTraceparent(text);
      if (parsed === null) return true;
      const [again, head] = [parseTraceparent(formatTraceparent(parsed)), formatTraceparent(parsed).slice(0, 52)];
      return JSON.stringify(again) === JSON.stringify(parsed) && text?.startsWith(head) === true;
    },
  ),
  parser(
    ['trimUserAgent', 'describeDevice', 'describeProgram'].map((name) => `core/http/user-agent.ts ${name}`),
    maybe(nearlyOrAny(agent)),
    (text) => {
      const [device, program] = [describeDevice(text), describeProgram(text)];
      const isOurs = device === null || /^[A-Za-z0-9 .()+/'-]{1,80}$/.test(device);
      return (
        isOurs && (trimUserAgent(text) ?? '').length <= 256 && (program === null || text?.startsWith(program) === true)
      );
    },
    0.2,
  ),
];

/** What a `Headers` object takes. */
function cleaned(text: string): string {
  return [...text]
    .map((letter) => String.fromCharCode((letter.codePointAt(0) ?? 0) & 0xff))
    .join('')
    .replace(/[\0\r\n]/g, '');
}
