import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { environmentOf, lastStage, readDockerfile } from '@/tests/support/image/dockerfile';

const instructions = readDockerfile();
const image = lastStage(instructions);
const textOf = (name: string) => image.find((instruction) => instruction.name === name)?.text ?? '';

/** The sources of `COPY` from the folder of the project, or from another stage. */
const copied = (from: RegExp) =>
  instructions
    .filter(({ name, text }) => name === 'COPY' && from.test(text))
    .flatMap(({ text }) =>
      text
        .replace(/^--from=\S+ /, '')
        .split(' ')
        .slice(0, -1),
    );

describe('the Dockerfile', () => {
  test('copies files that exist and are not left out', () => {
    const ignored = readFileSync('.dockerignore', 'utf8').split('\n');
    const sources = copied(/^(?!--from)/);
    expect(sources).toContain('package-lock.json');
    expect(sources.filter((file) => !existsSync(file) || ignored.includes(file))).toEqual([]);
  });

  test('takes from the stages before what `npm run image` writes, and of the image before what that reads', () => {
    expect(instructions.find(({ text }) => text.includes('npm run build'))?.text).toMatch(
      /HANDSTAMP_STANDALONE=1 npm run build && HANDSTAMP_PREVIOUS=\/previous npm run image$/,
    );
    expect(copied(/^--from=build /)).toEqual(['/src/dist/image']);
    expect(copied(/^--from=previous /)).toEqual(['/app/.next']);
  });

  test('lets no secret into a layer: settings stay outside, and the key of actions is mounted', () => {
    expect(readFileSync('.dockerignore', 'utf8').split('\n')).toContain('**/.env*');
    const named = instructions.filter(({ name, text }) => ['ARG', 'ENV'].includes(name) && /SECRET|KEY|URL/.test(text));
    expect(named).toEqual([]);
    expect(instructions.some(({ name, text }) => name === 'RUN' && text.startsWith('--mount=type=secret'))).toBe(true);
  });

  test('runs as nobody that has a name, under numbers that an orchestrator can check', () => {
    expect(textOf('USER')).toMatch(/^[1-9]\d{3,}:[1-9]\d{3,}$/);
    // Before it nothing in this stage runs, and copied files belong to root.
    expect(image.filter(({ name, text }) => name === 'RUN' || text.includes('--chown'))).toEqual([]);
  });

  test('lets no shell stand between the engine and the server, which has to hear the signal', () => {
    expect(JSON.parse(textOf('CMD'))).toEqual(['node', 'server.js']);
    expect(image.filter(({ name }) => name === 'ENTRYPOINT')).toEqual([]);
    expect(textOf('STOPSIGNAL')).toBe('SIGTERM');
    expect(environmentOf(image)).toMatchObject({ NEXT_MANUAL_SIG_HANDLE: '1' });
  });

  test('listens where the engine sends requests and where the server asks itself', () => {
    expect(environmentOf(image)).toMatchObject({ HOSTNAME: '0.0.0.0', PORT: '3000', NODE_ENV: 'production' });
    expect(textOf('EXPOSE')).toBe('3000');
  });

  test('is healthy by what asks nobody: a database that is away is no reason to restart', () => {
    const [, command = ''] = /CMD (\[.+\])$/.exec(textOf('HEALTHCHECK')) ?? [];
    const [program, , script] = JSON.parse(command);
    expect(program).toBe('node');
    expect(script).toContain('/api/health/live');
  });
});
