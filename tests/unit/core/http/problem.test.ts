import { describe, expect, test } from 'vitest';
import {
  isProblemCode,
  PROBLEMS,
  type ProblemCode,
  type ProblemDetails,
  problemDocument,
} from '@/lib/core/http/problem';

const ORIGIN = 'https://app.handstamp.example';
const problemResponse = (code: ProblemCode, details?: ProblemDetails) => problemDocument(ORIGIN, code, details);

const CODES = Object.keys(PROBLEMS).filter(isProblemCode);

describe.each(CODES)('%s', (code) => {
  test('is a problem document that nobody may keep (RFC 9457)', async () => {
    const response = problemResponse(code);
    const [status, title] = PROBLEMS[code];
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('cache-control')).toBe('private, no-store');
    expect(response.headers.get('cdn-cache-control')).toBe('private, no-store');
    expect(response.headers.get('vary')).toBe('Cookie');
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await response.json()).toEqual({ type: `${ORIGIN}/problems/${code}`, title, status, code });
  });

  test('names a way to authenticate if and only if it is a 401', () => {
    const expected = PROBLEMS[code][0] === 401 ? 'Bearer realm="handstamp"' : null;
    expect(problemResponse(code).headers.get('www-authenticate')).toBe(expected);
  });
});

test('the codes of the contract have their status', () => {
  const statuses: Partial<Record<ProblemCode, number>> = {
    validation_failed: 422,
    invalid_credentials: 401,
    invalid_code: 401,
    session_ended: 401,
    unauthenticated: 401,
    too_many_attempts: 429,
    forbidden: 403,
    origin_refused: 403,
    unsupported_media_type: 415,
    not_found: 404,
    service_unavailable: 503,
  };
  expect(CODES.filter((code) => statuses[code] !== undefined)).toHaveLength(11);
  for (const code of CODES) expect(PROBLEMS[code][0]).toBe(statuses[code] ?? PROBLEMS[code][0]);
});

test('every status is an error', () => {
  for (const code of CODES) expect(PROBLEMS[code][0]).toBeGreaterThanOrEqual(400);
});

describe('details', () => {
  test('are told in the body', async () => {
    const errors = [{ field: 'email', code: 'invalid', message: 'This is no email address' }];
    const body = await problemResponse('validation_failed', { detail: 'One field', errors }).json();
    expect(body).toMatchObject({ detail: 'One field', errors, code: 'validation_failed', status: 422 });
  });

  test.each([
    [30, '30'],
    [0.2, '1'],
    [0, '1'],
    [-5, '1'],
    [1.5, '2'],
  ])('a wait of %d s is Retry-After: %s and no member of the body', async (retryAfterSeconds, header) => {
    const response = problemResponse('too_many_attempts', { retryAfterSeconds });
    expect(response.headers.get('retry-after')).toBe(header);
    expect(await response.json()).not.toHaveProperty('retryAfterSeconds');
  });

  test('without a wait there is no Retry-After', () => {
    expect(problemResponse('service_unavailable').headers.get('retry-after')).toBeNull();
  });
});

test.each(['nonsense', '', 'toString', '__proto__', 'constructor', null, undefined, 401, ['forbidden']])(
  '%j is no code',
  (value) => {
    expect(isProblemCode(value)).toBe(false);
  },
);
