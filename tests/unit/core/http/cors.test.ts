import { describe, expect, test } from 'vitest';
import { corsHeaders, type Sharing } from '@/lib/core/http/cors';

const LISTED = ['https://spa.example'];
const PREFLIGHT = { method: 'OPTIONS', preflightMethod: 'GET' };
const PLAIN = { method: 'GET', preflightMethod: null };
const ORIGINS = ['https://spa.example', 'https://evil.example', 'null', null];
const allow = (headers: Record<string, string>) => headers['access-control-allow-origin'];

describe('pages of other origins', () => {
  test.each(['none', 'listed', 'anybody'] as const)('never bring cookies (%s)', (sharing: Sharing) => {
    for (const origin of ORIGINS) {
      for (const request of [PREFLIGHT, PLAIN]) {
        const headers = corsHeaders(sharing, { ...request, origin }, ['GET'], LISTED);
        expect(Object.keys(headers)).not.toContain('access-control-allow-credentials');
      }
    }
  });

  test('read nothing that is not shared', () => {
    for (const origin of ORIGINS) expect(corsHeaders('none', { ...PREFLIGHT, origin }, ['GET'], LISTED)).toEqual({});
  });

  test('that are listed, and no others, read what is shared with listed ones', () => {
    const answers = ORIGINS.map((origin) => allow(corsHeaders('listed', { ...PLAIN, origin }, ['GET'], LISTED)));
    expect(answers).toEqual(['https://spa.example', undefined, undefined, undefined]);
  });

  test('get answers that no cache hands to another origin', () => {
    for (const origin of ORIGINS) {
      expect(corsHeaders('listed', { ...PLAIN, origin }, ['GET'], LISTED)['vary']).toBe('Origin');
    }
    expect(corsHeaders('listed', { ...PLAIN, origin: null }, ['GET'], [])).toEqual({});
  });

  test('read public documents, wherever they are from', () => {
    expect(allow(corsHeaders('anybody', { ...PLAIN, origin: 'https://evil.example' }, ['GET'], []))).toBe('*');
  });

  test('are told methods, headers and how long that holds, by a preflight only', () => {
    const asked = corsHeaders('listed', { ...PREFLIGHT, origin: 'https://spa.example' }, ['GET', 'DELETE'], LISTED);
    expect(asked['access-control-allow-methods']).toBe('GET, DELETE');
    expect(asked['access-control-allow-headers']).toBe('authorization, content-type');
    expect(Number(asked['access-control-max-age'])).toBeLessThanOrEqual(600);
    const plain = corsHeaders('listed', { ...PLAIN, origin: 'https://spa.example' }, ['GET'], LISTED);
    expect(plain['access-control-allow-methods']).toBeUndefined();
    expect(plain['access-control-expose-headers']).toContain('WWW-Authenticate');
  });
});
