import { describe, expect, test, vi } from 'vitest';
import { type Log, type LogFields, log, logTo } from '@/lib/server/observability/logger';
import { prettyOutput } from '@/lib/server/observability/pretty-output';

const AT = new Date('2026-11-23T04:05:06.789Z');

/** One of each kind of secret, all alike to no real one. */
const CANARIES = {
  jwt: `eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6IkFiQ2RFZkdoIn0.${'eyJzdWIiOiJjYW5hcnkifQ'.repeat(4)}.${'c2lnbmF0dXJl'.repeat(7)}`,
  programToken: `hs_rt_${'AQIDBAUGBwgJCgsM'.repeat(6)}`,
  refreshToken: 'QUFFQ0F3UUZCZ2NJQ1FvTERBME9EeEFSRWhNVUZSWVhHQmthR3h3ZEhoOGdJU0lqSkNVbUp5Z3BLaXNzTFM0dk1EPQ',
  password: 'violet-otter-maps-the-harbour',
  cookie: '__Host-access=abc.def.ghi; __Host-refresh=QUFFQ0F3UUZCZ2NJ',
  email: 'member.canary@handstamp.test',
  code: '493817',
  bcrypt: `hs1$AbCdEfGh$$2b$12$${'N9qo8uLOickgx2ZMRZoMye'}${'IjZAgcfl7p92ldGxad68LJZdL17lhWy'}`,
  smtpUrl: 'smtp://mailer:wharf(lantern@smtp.example.com:587',
};
const FORBIDDEN_PARTS = [...Object.values(CANARIES), 'member.canary', 'wharf', 'QUFFQ0F3', 'violet', '493817'];

function expectNoCanary(line: string): void {
  for (const part of FORBIDDEN_PARTS) expect(line).not.toContain(part);
}

/** What one event becomes, without the line's end. */
function formatLine(level: keyof Log, event: string, fields: LogFields): string {
  let written = '';
  const write = (line: string) => {
    written += line;
  };
  logTo({ write }, () => AT)[level](event, fields);
  expect(written.endsWith('}\n')).toBe(true);
  return written.slice(0, -1);
}

const lineOf = (fields: object) => formatLine('error', 'request.failed', { ...fields });

describe('what a log line says', () => {
  test('is one JSON object with level, time and event in front of the fields', () => {
    const line = formatLine('info', 'session.ended', { sessionId: 'AAAAAAAAAAAAAAAAAAAAAA', count: 3 });
    expect(line).toBe(
      '{"level":"info","time":"2026-11-23T04:05:06.789Z","event":"session.ended","sessionId":"AAAAAAAAAAAAAAAAAAAAAA","count":3}',
    );
  });

  test('keeps ids, codes, paths, origins, numbers, dates, big integers and nested objects of them', () => {
    const fields = {
      keyId: 'a-C_efGh',
      reason: 'bad_signature',
      method: 'POST',
      path: '/api/auth/sessions/AAAAAAAAAAAAAAAAAAAAAA',
      origin: 'http://localhost:3000',
      isLive: true,
      none: null,
      id: 7n,
      at: AT,
      statusCode: 503,
      nested: { durations: [1.5, 2] },
      left: undefined,
    };
    const { left: _, ...kept } = fields;
    expect(JSON.parse(lineOf(fields))).toMatchObject({ ...kept, id: '7', at: AT.toISOString() });
    expect(lineOf(fields)).not.toContain('left');
  });

  test('keeps a sentence of ours as the reason', () => {
    const reason = 'TRUSTED_PROXY_HOPS is 0: attempts are not limited by network address';
    expect(JSON.parse(lineOf({ reason })).reason).toBe(reason);
  });

  test('stays one line whatever line breaks and control characters a value brings', () => {
    const forged = 'x\n{"level":"info","event":"forged"}\r\u2028\u001b[2J';
    const line = lineOf({ method: forged, reason: forged, error: new Error(forged), [forged]: 1 });
    expect(line.split(/[\n\r]/)).toHaveLength(1);
    expect(Object.keys(JSON.parse(line))).toEqual(['level', 'time', 'event', 'method', 'reason', 'error']);
  });

  test('is not replaced by a field of the same name, nor said twice', () => {
    expect(lineOf({ level: 'info', event: 'other', time: 'never' })).toBe(
      `{"level":"error","time":"${AT.toISOString()}","event":"request.failed"}`,
    );
  });

  test('tells name, code, frames and causes of an error', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const error = Object.assign(new TypeError('Raw query failed. Code: `57P01`', { cause }), { code: 'P2010' });
    const logged = JSON.parse(lineOf({ error })).error;
    expect(logged).toMatchObject({
      name: 'TypeError',
      message: 'Raw query failed. Code: `57P01`',
      code: 'P2010',
      cause: { message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' },
    });
    expect(logged.stack[0]).toMatch(/^at .*logger\.test\.ts:\d+:\d+/);
  });
});

describe('what a log line never says', () => {
  test.each(Object.entries(CANARIES))('a secret (%s) under its own name', (name, secret) => {
    for (const field of [
      name,
      'password',
      'accessToken',
      'refresh_token',
      'cookie',
      'Authorization',
      'code',
      'email',
    ]) {
      expectNoCanary(lineOf({ [field]: secret, nested: { list: [{ [field]: secret }] } }));
    }
  });

  test.each(Object.entries(CANARIES))('a secret (%s) under an innocent name, at any depth', (_name, secret) => {
    expectNoCanary(lineOf({ detail: secret, list: [secret, [secret]], nested: { deep: { value: secret } } }));
  });

  test.each(Object.entries(CANARIES))('a secret (%s) used as a name', (_name, secret) => {
    expectNoCanary(lineOf({ [secret]: 1, nested: { [secret]: true } }));
  });

  test('a number, list or object under the name of a secret', () => {
    expectNoCanary(lineOf({ code: 493817, email: [CANARIES.email], password: { value: CANARIES.password } }));
    expect(lineOf({ code: 493_817 })).toContain('"code":"[withheld]"');
  });

  test.each([
    `Invalid token ${CANARIES.jwt}`,
    `Refused ${CANARIES.programToken}, sorry`,
    `Unknown (${CANARIES.refreshToken})`,
    `Wrong password: ${CANARIES.password}`,
    `Wrong password ${CANARIES.password}`,
    `Unexpected token 'v', "${CANARIES.password}" is not valid JSON`,
    `Invalid \`db().user.create({ data: { email: "${CANARIES.email}", hash: "${CANARIES.bcrypt}" } })\` invocation`,
    `Key (email)=(${CANARIES.email}) already exists. Key (name)=(${CANARIES.password}) too`,
    `Bad header Cookie: ${CANARIES.cookie}`,
    `authorization=Bearer ${CANARIES.jwt}`,
    `550 <${CANARIES.email}>: no such user`,
    `mailto:${CANARIES.email} code ${CANARIES.code}.`,
    `connect to ${CANARIES.smtpUrl} failed`,
    `GET /reset-password?token=${CANARIES.code}&next=${CANARIES.password} failed`,
    `GET /verify?p=${CANARIES.password} failed`,
    `line one\npassword=${CANARIES.password}\n    at ${CANARIES.password} (${CANARIES.email}:1:1)`,
  ])('a secret in the message, the stack or the cause of an error: %#', (message) => {
    const inner = new Error(message);
    const outer = new Error('outer', { cause: new Error(message, { cause: inner }) });
    const renamed = Object.assign(new Error('harmless'), { name: message, code: message, meta: { message } });
    for (const error of [inner, outer, renamed, { error: inner }, message]) {
      expectNoCanary(lineOf({ error }));
      // Names under which pino itself looks for an error, a request or a message.
      expectNoCanary(lineOf({ err: error, msg: error, req: error, method: 'GET', headers: error, socket: error }));
    }
    expectNoCanary(lineOf({ reason: message }));
    expectNoCanary(formatLine('info', message, {}));
  });

  // What a property test found: a mailbox may end in a sign that ends a word elsewhere (RFC 5321 §4.1.2, atext).
  test.each(["o'", '`', 'a/', "'", '/'])('an address whose mailbox ends in %s', (end) => {
    expect(lineOf({ error: new Error(`550 no such user: wharf${end}@handstamp.test`) })).not.toMatch(/wharf|handstamp/);
  });

  test('the message of an error that was changed after its stack was taken', () => {
    const error = new Error(`password: ${CANARIES.password}\n    at ${CANARIES.jwt} (file.ts:1:1)`);
    error.message = 'harmless';
    expectNoCanary(lineOf({ error }));
  });

  test('what a Map, a class instance, a function or a Uint8Array holds', () => {
    class Holder {
      value = CANARIES.password;
      toJSON = () => CANARIES.jwt;
    }
    const bytes = new TextEncoder().encode(CANARIES.password);
    const held = { map: new Map([['a', CANARIES.email]]), holder: new Holder(), bytes, call: () => CANARIES.code };
    expectNoCanary(lineOf(held));
    expect(lineOf({ bytes })).toContain('"bytes":"[withheld]"');
  });
});

describe('log', () => {
  test('writes a line with its end to stdout', () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    log.info('server.ready', { port: 3000 });
    log.warn('server.slow');
    log.error('server.failed', { error: 'thrown text' });
    const lines = write.mock.calls.map(([line]) => String(line));
    write.mockRestore();
    expect(lines.map((line) => JSON.parse(line).level)).toEqual(['info', 'warn', 'error']);
    expect(lines.every((line) => line.endsWith('}\n'))).toBe(true);
  });

  test('writes in a form for people on request, with the same withheld', () => {
    const lines: string[] = [];
    const pretty = logTo(prettyOutput({ write: (line) => void lines.push(line) }), () => AT);
    pretty.warn('server.slow', { keyId: 'a-C_efGh', password: CANARIES.password });
    expect(lines.join('')).toMatch(
      /^\[\d\d:\d\d:\d\d\] WARN: server\.slow\n +keyId: "a-C_efGh"\n +password: "\[withheld\]"\n$/,
    );
  });

  test('survives fields that point in circles or throw when they are read', () => {
    const circle: { self?: object } = {};
    circle.self = circle;
    const trap = {
      get value(): string {
        throw new Error('trap');
      },
    };
    expect(JSON.parse(lineOf({ circle }))).toMatchObject({ event: 'request.failed' });
    expect(JSON.parse(lineOf({ trap }))).toMatchObject({ event: 'request.failed', fields: '[unreadable]' });
  });
});
