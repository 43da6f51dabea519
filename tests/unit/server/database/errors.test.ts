import { describe, expect, it } from 'vitest';
import { connectionFault } from '@/lib/server/database/connection-faults';
import { isDatabaseTrouble, isUniqueViolation, sqlStateOf } from '@/lib/server/database/errors';
import { Prisma } from '@/lib/server/database/generated/prisma/client';

/** As Prisma 7.10 reports what PostgreSQL said of a raw statement. */
const raw = (originalCode: string, originalMessage: string) =>
  new Prisma.PrismaClientKnownRequestError('Raw query failed', {
    code: 'P2010',
    clientVersion: '7.10.0',
    meta: { driverAdapterError: Object.assign(new Error('postgres'), { cause: { originalCode, originalMessage } }) },
  });

/** As the driver reports it before Prisma sees it. */
const driver = (code: string, message: string) => Object.assign(new Error(message), { code });

const PASSING: Readonly<Record<string, string>> = {
  '08006': 'connection failure',
  '25006': 'cannot execute UPDATE in a read-only transaction',
  '40001': 'could not serialize access due to concurrent update',
  '40P01': 'deadlock detected',
  '53300': 'sorry, too many clients already',
  '53200': 'out of memory',
  '53100': 'could not extend file',
  '55000': 'database is not currently accepting connections',
  '55P03': 'canceling statement due to lock timeout',
  '57014': 'canceling statement due to statement timeout',
  '57P01': 'terminating connection due to administrator command',
  '57P02': 'terminating connection because of crash of another server process',
  '57P03': 'the database system is starting up',
  '57P05': 'terminating connection due to idle-session timeout',
  '58030': 'could not read block 0',
  XX000: 'cache lookup failed',
};

const LASTING: Readonly<Record<string, readonly [message: string, what: RegExp]>> = {
  '28P01': ['password authentication failed for user "app"', /^refuses the password \(password authentication failed/],
  '28000': ['no pg_hba.conf entry for host', /^does not let this role in/],
  '3D000': ['database "hs" does not exist', /^is not the name of a database there/],
  '42501': ['permission denied for table Session', /^does not give this role the rights/],
  '08P01': ['unsupported startup parameter: options', /^is behind a pool that refuses how we connect/],
};

const NETWORK = ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EPIPE', 'EHOSTUNREACH'];

describe('our own trouble', () => {
  it.each(Object.entries(PASSING))('is SQLSTATE %s, "%s", wherever it stands, and may pass', (code, message) => {
    for (const error of [
      raw(code, message),
      driver(code, message),
      new Error('outer', { cause: driver(code, message) }),
    ]) {
      expect(isDatabaseTrouble(error)).toBe(true);
      expect(sqlStateOf(error)).toBe(code);
      expect(connectionFault(error)).toMatchObject({ isPassing: true, sentence: expect.stringContaining(message) });
    }
  });

  it.each(Object.entries(LASTING))('is SQLSTATE %s, and stays until a setting is changed', (code, [message, what]) => {
    for (const error of [raw(code, message), driver(code, message)]) {
      expect(isDatabaseTrouble(error)).toBe(true);
      expect(connectionFault(error)).toEqual({ isPassing: false, sentence: expect.stringMatching(what) });
    }
  });

  it.each(NETWORK)('is %s, alone or one of several addresses of a host', (code) => {
    const single = driver(code, `connect ${code} 192.0.2.1:5432`);
    for (const error of [single, new AggregateError([single])]) {
      expect(isDatabaseTrouble(error)).toBe(true);
      expect(connectionFault(error)?.isPassing).toBe(true);
    }
  });

  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
    'Query read timeout',
  ])('is what the driver says without a code: "%s"', (message) => {
    expect(isDatabaseTrouble(new Error(message))).toBe(true);
  });

  it('is a certificate that is not trusted, which stays', () => {
    const error = driver('DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate');
    expect(connectionFault(error)).toEqual({
      isPassing: false,
      sentence: 'is not trusted over TLS (self-signed certificate)',
    });
  });

  it.each(['22001', '22P02', '23502', '23503', '23505', '42601', 'P0001'])('is not SQLSTATE %s', (code) => {
    expect(isDatabaseTrouble(raw(code, 'something else'))).toBe(false);
    expect(connectionFault(raw(code, 'something else'))).toBeNull();
  });

  it.each([new Error('cannot read properties of undefined'), new TypeError('x'), null, undefined, 'text', 7])(
    'is not %s',
    (error) => {
      expect(isDatabaseTrouble(error)).toBe(false);
      expect(connectionFault(error)).toBeNull();
    },
  );

  it('is told without a password, an address of a person or a token', () => {
    const message = 'connect to postgresql://app:hunter2@db:5432/x as ada@people.test failed';
    const sentence = connectionFault(driver('08006', message))?.sentence ?? '';
    expect(sentence).not.toMatch(/hunter2|ada@/);
  });
});

describe('a unique violation', () => {
  it('is known from statements of Prisma and from raw ones', () => {
    const byModel = new Prisma.PrismaClientKnownRequestError('x', { code: 'P2002', clientVersion: '7.10.0' });
    expect(isUniqueViolation(byModel)).toBe(true);
    expect(isUniqueViolation(raw('23505', 'duplicate key value'))).toBe(true);
    expect(isUniqueViolation(raw('23503', 'foreign key'))).toBe(false);
    expect(isUniqueViolation(new Error('duplicate key value'))).toBe(false);
  });
});
