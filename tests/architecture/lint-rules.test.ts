import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { PLACES } from './rooms';

const { overrides } = z
  .object({
    overrides: z.array(z.object({ includes: z.array(z.string()) })),
  })
  .parse(JSON.parse(readFileSync('biome.json', 'utf8')));

const RINGS = ['lib/core/**', 'lib/verifier/**', 'lib/server/**', 'site.ts', 'middleware.ts', 'instrumentation.ts'];
const TOOLS = ['tests/**', 'scripts/**', 'prisma/**', '*.config.*'];
/** As Biome spells a path: brackets are signs of its patterns. */
const pattern = (place: string): string => place.replace(/[[\]]/g, '\\$&').concat(place.endsWith('/') ? '**' : '');

test('the strict rules of biome.json bind our rooms of app, as tests/architecture/rooms.ts lists them', () => {
  // The list to write into the first of `overrides`, when the two differ.
  expect(overrides[0]?.includes).toEqual([...RINGS, ...Object.values(PLACES).flat().map(pattern), ...TOOLS]);
});
