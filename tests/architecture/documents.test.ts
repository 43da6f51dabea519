import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PROBLEMS } from '@/lib/core/http/problem';
import { environmentSchema } from '@/lib/server/config/settings';

const read = (file: string) => readFileSync(file, 'utf8');

/** Read by Next.js or the platform itself. */
const FOREIGN_SETTINGS = ['NEXT_SERVER_ACTIONS_ENCRYPTION_KEY'];
/** Set by our own scripts only. */
const INTERNAL_SETTINGS = ['HANDSTAMP_DATA'];

describe('documents', () => {
  it('README lists exactly the problem codes that exist, with their status and title', () => {
    const rows = [...read('README.md').matchAll(/^\| `([a-z_]+)` \| (\d{3}) \| (.+) \|$/gm)];
    const listed = Object.fromEntries(rows.map(([, code, status, title]) => [code, [Number(status), title]]));
    expect(listed).toEqual(PROBLEMS);
  });

  it('.env.example names every setting and no other', () => {
    const named = [...read('.env.example').matchAll(/^#? ?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name);
    const known = Object.keys(environmentSchema.shape).filter((name) => !INTERNAL_SETTINGS.includes(name));
    expect(named.sort()).toEqual([...known, ...FOREIGN_SETTINGS].sort());
  });

  it('.env.example states the defaults that the schema has', () => {
    const numbers = [...read('.env.example').matchAll(/^# ([A-Z_]+)=(\d+)$/gm)];
    const required = {
      DATABASE_URL: 'postgresql://localhost/x',
      AUTH_SECRET: 'dGVzdHMtb25seTogcHVibGljIGFuZCB1c2VsZXNzISE',
    };
    const defaults: Record<string, unknown> = environmentSchema.parse({
      ...required,
      APP_ORIGIN: 'https://app.example.com',
    });
    const stated = numbers.filter(([, name = '']) => !['PORT', 'TRUSTED_PROXY_HOPS'].includes(name));
    expect(stated.length).toBeGreaterThan(3);
    for (const [, name = '', value] of stated) expect([name, defaults[name]]).toEqual([name, Number(value)]);
  });

  it.each(['README.md', 'SECURITY.md', 'DECISIONS.md'])('every file that %s names exists', (document) => {
    const named = [...read(document).matchAll(/`((?:app|lib|tests|prisma|scripts)\/[\w./[\]()-]+)`/g)].map(
      ([, file]) => file ?? '',
    );
    expect(named.filter((file) => !existsSync(file))).toEqual([]);
  });

  it('SECURITY.md proves each promise by a test file', () => {
    const promises = [...read('SECURITY.md').matchAll(/^\| \d+ \|.*$/gm)].map(([row]) => row);
    expect(promises.length).toBeGreaterThan(10);
    expect(promises.filter((row) => !/`tests\/[\w./-]+\.(?:test|spec)\.ts`/.test(row))).toEqual([]);
  });
});
