import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { readKeysArguments } from '@/lib/server/cli/keys-arguments';
import { runKeysCommand } from '@/lib/server/cli/keys-commands';
import type { Outcome } from '@/lib/server/cli/program';
import { db } from '@/lib/server/database/client';
import { ensureKeys } from '@/lib/server/keys/keyring';
import { runCommand } from '@/tests/support/database/postgres';
import { useDatabase } from '@/tests/support/database/use-database';
import { ageNextKey, kidIn, publishedKids } from '@/tests/support/keys';
import { plainEnvironment, REPOSITORY, TEST_AUTH_SECRET, testEnvironment } from '@/tests/support/server/environment';

const { url } = await useDatabase();
const SETTINGS = testEnvironment(url);
const PROGRAM = 'lib/server/cli/keys.ts';
const KID = '[\\w-]{8}';
const TIME = '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC';

const command = (...args: string[]) => runCommand(PROGRAM, SETTINGS, args);

/** What came of a command, without a process for it. */
async function outcomeOf(...args: string[]): Promise<Outcome> {
  const typed = readKeysArguments(args);
  return 'ok' in typed ? typed : runKeysCommand(typed);
}

const keys = async (...args: string[]): Promise<string> => {
  const outcome = await outcomeOf(...args);
  if (!outcome.ok) throw new Error(outcome.sentence);
  return outcome.text ?? '';
};
const failing = async (...args: string[]): Promise<string> => {
  const outcome = await outcomeOf(...args);
  if (outcome.ok) throw new Error(`It did not fail: ${outcome.text}`);
  return outcome.sentence;
};

beforeEach(async () => {
  await db().$executeRaw`DELETE FROM "Key" WHERE purpose = 'signing'`;
  await ensureKeys();
  await ageNextKey(121);
});

describe('npm run keys', () => {
  it('status shows every key and secret by name, what is due, and what to type', async () => {
    const printed = await keys('status');
    expect(printed).toMatch(new RegExp(`${await kidIn('current')}  ES256      current, signs  ${TIME}  -`));
    expect(printed).toMatch(new RegExp(`${await kidIn('next')}  ES256      next, may sign  ${TIME}  -`));
    for (const purpose of ['limiter', 'pepper', 'seal', 'status_index'])
      expect(printed).toMatch(new RegExp(`${purpose} +1 +entry 1`));
    expect(printed).toMatch(/1, makes +\d+ +7 keys +0 sessions/);
    expect(printed).toContain('Nothing is due.');
    expect(printed).toContain('npm run keys -- rotate');
    expect(printed).not.toContain(TEST_AUTH_SECRET);
  });

  it('status --json is the same as JSON and nothing else', async () => {
    const report: unknown = JSON.parse(await keys('status', '--json'));
    expect(report).toMatchObject({
      signing: expect.arrayContaining([expect.objectContaining({ kid: await kidIn('current'), state: 'current' })]),
      rotation: { everyDays: 0, due: 'off' },
      unopened: [],
    });
  });

  it('status says that automatic rotation is due', async () => {
    await db().$executeRaw`UPDATE "Key" SET "promotedAt" = now() - interval '31 days' WHERE slot = 'current'`;
    const printed = await runCommand(PROGRAM, { ...SETTINGS, KEY_ROTATION_DAYS: '30' }, ['status']);
    expect(printed).toMatch(new RegExp(`Rotation is due since ${TIME}.*\n    npm run keys -- rotate`));
    expect(printed).not.toContain('Nothing is due');
  });

  it('rotate says what signs, what retires and until when, and what comes next', async () => {
    const [current, next] = [await kidIn('current'), await kidIn('next')];
    const printed = await keys('rotate');
    expect(printed).toContain(`Key ${next} (ES256) signs from now on.`);
    expect(printed).toMatch(new RegExp(`Key ${current} \\(ES256\\) is retired: .* leaves at ${TIME}`));
    expect(printed).toMatch(new RegExp(`Key ${KID} \\(ES256\\) is published and may sign at ${TIME}`));
    expect(await kidIn('current')).toBe(next);
  });

  it('rotate fails with one sentence, and says from when, while the next key is too new', async () => {
    await ageNextKey(0);
    expect(await failing('rotate')).toMatch(
      new RegExp(`^key ${KID} \\(ES256\\) may sign at ${TIME}.*nothing was changed`),
    );
  });

  it('rotate --alg replaces the next key and says what to type when; --wait waits for it and shows how long', async () => {
    await keys('rotate', '--alg', 'RS256');
    expect(await keys('rotate', '--alg', 'EdDSA')).toMatch(
      new RegExp(
        `Key ${KID} \\(EdDSA\\) is published in its place and may sign at ${TIME}. Then: npm run keys -- rotate --alg EdDSA`,
      ),
    );
    // In this process: one of its own may take longer to begin than there is to wait.
    const waiting = vi.spyOn(console, 'log').mockReturnValue();
    await ageNextKey(117);
    expect(await keys('rotate', '--alg', 'EdDSA', '--wait')).toMatch(
      new RegExp(`Key ${KID} \\(EdDSA\\) signs from now on`),
    );
    expect(waiting).toHaveBeenCalledWith(expect.stringMatching(new RegExp(`^Key ${KID} may sign in \\d s$`)));
    waiting.mockRestore();
  });

  it('retire and revoke take a kid, also one that begins with a dash', async () => {
    const current = await kidIn('current');
    expect(await keys('retire', current)).toContain(`Key ${current} (ES256) is retired`);
    expect(await keys('retire', current)).toMatch(new RegExp(`signs no more. It leaves the key set at ${TIME}`));
    expect(await keys('revoke', current)).toContain(`Key ${current} (ES256) is revoked.`);
    expect(await publishedKids()).not.toContain(current);
    expect(await keys('revoke', current)).toContain('is gone already');
    await db().$executeRaw`UPDATE "Key" SET id = '-dash_12' WHERE slot = 'next'`;
    expect(await keys('revoke', '-dash_12')).toContain('Key -dash_12 (ES256) is revoked.');
  });

  it('revoke of the key that signs says which one signs instead', async () => {
    const [current, next] = [await kidIn('current'), await kidIn('next')];
    const printed = await keys('revoke', current);
    expect(printed).toContain(`Key ${next} (ES256) signs from now on. Sessions stay.`);
    expect(await kidIn('current')).toBe(next);
  });

  it('fails with one sentence for a kid that nobody knows', async () => {
    expect(await failing('revoke', 'nobody__')).toMatch(/^there is no signing key "nobody__".*status$/);
  });

  it('as a process says one sentence and ends with 2 for wrong usage, with 1 for anything else', async () => {
    const before = await publishedKids();
    await expect(command('explode')).rejects.toThrow(/ended with code 2:\nkeys: there is no command "explode".*\n$/);
    await expect(command('revoke', 'nobody__')).rejects.toThrow(/ended with code 1:\nkeys: there is no signing key/);
    await expect(runCommand(PROGRAM, {}, ['status'])).rejects.toThrow(/keys: DATABASE_URL is missing/);
    expect(await publishedKids()).toEqual(before);
  });
});

describe('scripts/command.mjs', () => {
  /** Runs it as `npm run keys` does. */
  const start = async (env: Record<string, string>, ...args: string[]) => {
    const script = ['scripts/command.mjs', PROGRAM, ...args];
    const child = spawn(process.execPath, script, { cwd: REPOSITORY, env: Object.assign(plainEnvironment(), env) });
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { stdout, stderr, code };
  };

  it('runs a program on the database of DATABASE_URL and adds nothing to what it prints', async () => {
    const { stdout, code } = await start(SETTINGS, 'status', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ rotation: { due: 'off' } });
    expect(code).toBe(0);
  });

  it('passes arguments and exit codes through', async () => {
    expect(await start(SETTINGS, 'retire', 'a b')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('"a b"'),
    });
    expect(await start(SETTINGS, 'explode')).toMatchObject({ code: 2 });
  });
});
