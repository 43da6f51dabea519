import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const SCRIPT = path.resolve('scripts/requirements.mjs');

type Outcome = { env: Record<string, string>; missing: string[]; sentence: string };

/**
 * What becomes of requirements that are found in these places; null: missing. No system package may be installed. Those of
 * `bringable` bring themselves.
 */
async function provide(
  places: Record<string, string | null>,
  optional: readonly string[] = [],
  { bringable = [], args = [] }: { bringable?: readonly string[]; args?: readonly string[] } = {},
): Promise<Outcome> {
  const requirements = Object.entries(places).map(([what, place]) => ({
    ...{ what, place, variable: `PLACE_OF_${what}`, command: `bring ${what}`, isOptional: optional.includes(what) },
    debianPackages: bringable.includes(what) ? [] : [`lib${what}`],
  }));
  const code = `
    import { provide } from ${JSON.stringify(SCRIPT)};
    const brought = new Set();
    const requirements = ${JSON.stringify(requirements)}.map((one) => ({
      ...one,
      find: async () => (brought.has(one.what) ? '/brought' : one.place),
      ...(${JSON.stringify(bringable)}.includes(one.what) ? { install: async () => brought.add(one.what) } : {}),
    }));
    const failed = ({ message }) => ({ env: {}, missing: [], sentence: message });
    const { env, missing, sentence = '' } = await provide(requirements, 'npm test').catch(failed);
    console.log(JSON.stringify({ env, missing: missing.map(({ what }) => what), sentence }));`;
  const env = { ...process.env, CI: bringable.length > 0 ? 'true' : '' };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code, '--', ...args], {
    env,
  });
  return JSON.parse(stdout) as Outcome;
}

describe('what npm test needs beside npm packages', () => {
  test('is told to its programs by a name in the environment', async () => {
    expect(await provide({ python: '/usr/bin/python3', chromium: '' })).toEqual({
      env: { PLACE_OF_python: '/usr/bin/python3', PLACE_OF_chromium: '' },
      missing: [],
      sentence: '',
    });
  });

  test('is named all at once where it is missing, each with the command that brings it', async () => {
    const { sentence } = await provide({ python: null, chromium: null, postgres: '/somewhere' });
    expect(sentence.split('\n')).toEqual([
      'npm test needs what is not here.',
      '  python:',
      '    bring python',
      '  chromium:',
      '    bring chromium',
      'On Debian, as root, `npm test -- --install` installs libpython, libchromium.',
    ]);
  });

  test('may be missing where it is optional: then it is named, and nothing fails', async () => {
    expect(await provide({ go: null, python: 'python3' }, ['go'])).toEqual({
      env: { PLACE_OF_python: 'python3' },
      missing: ['go'],
      sentence: '',
    });
  });

  test('is brought into the project with --install alone, where it can bring itself: not by CI', async () => {
    const places = { vercel: null, python: 'python3' };
    const asked = await provide(places, ['vercel'], { bringable: ['vercel'], args: ['--install'] });
    expect(asked).toEqual({
      env: { PLACE_OF_vercel: '/brought', PLACE_OF_python: 'python3' },
      missing: [],
      sentence: '',
    });
    const unasked = await provide(places, ['vercel'], { bringable: ['vercel'] });
    expect(unasked).toEqual({ env: { PLACE_OF_python: 'python3' }, missing: ['vercel'], sentence: '' });
  });
});
