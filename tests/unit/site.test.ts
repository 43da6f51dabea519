import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { unavailablePage } from '@/lib/core/http/unavailable-page';
import { LOOK, SITE } from '@/site';

const TOKENS = readFileSync('app/_styles/tokens.css', 'utf8');
const [LIGHT = '', DARK = ''] = TOKENS.split('@media screen and (prefers-color-scheme: dark)');

describe('LOOK of site.ts', () => {
  test.each([
    ['light', LIGHT],
    ['dark', DARK],
  ] as const)(
    'has the %s colours of app/_styles/tokens.css: what no style sheet reaches looks like the rest',
    (scheme, css) => {
      for (const [name, colour] of Object.entries(LOOK.colours[scheme])) {
        expect(new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(css)?.[1], `--${name}`).toBe(colour);
      }
    },
  );
});

test('the page of a server in trouble has mark, name and the way home, and needs nothing else', async () => {
  const page = unavailablePage({ ...SITE, ...LOOK, name: 'Salt & <Sons>' }, 'nonce', 2);
  const html = await page.text();
  expect([page.status, page.headers.get('retry-after')]).toEqual([503, '2']);
  expect(html).toMatch(/<header><a href="\/"><svg .*Salt &amp; &lt;Sons><\/a><\/header>/);
  for (const { path } of LOOK.glyph) expect(html).toContain(path);
  expect(html).not.toMatch(/<script|<link|<img|url\(| style=/);
});
