import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import packageJson from '@/package.json' with { type: 'json' };

/** What a release may say, in this order: first what has to be done. */
const HEADS = ['Upgrade', 'Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];

type Release = { readonly name: string; readonly heads: readonly { readonly head: string; readonly text: string }[] };

/** `Unreleased` and every release, newest first. */
const RELEASES: readonly Release[] = readFileSync('CHANGELOG.md', 'utf8')
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const [title = '', ...heads] = section.split(/^### /m);
    return {
      name: /^\[(.+)\]/.exec(title)?.[1] ?? title,
      heads: heads.map((text) => ({ head: text.split('\n', 1).join(''), text })),
    };
  });

const upgradeOf = ({ heads }: Release) => heads.find(({ head }) => head === 'Upgrade')?.text ?? '';

describe('CHANGELOG.md', () => {
  test('has what is unreleased, and the version of package.json behind it', () => {
    expect(RELEASES.slice(0, 2).map(({ name }) => name)).toEqual(['Unreleased', packageJson.version]);
  });

  test('says of each release what has to be done before what is new, and each head once', () => {
    for (const { name, heads } of RELEASES) {
      const names = heads.map(({ head }) => head);
      expect(names, name).toEqual(HEADS.filter((head) => names.includes(head)));
    }
  });

  test('names each migration under Upgrade of the release that brings it: whoever upgrades has to run it', () => {
    const named = RELEASES.flatMap((release) => upgradeOf(release).match(/`\d{14}_\w+`/g) ?? []);
    const migrations = readdirSync('prisma/migrations', { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(named.sort()).toEqual(migrations.map(({ name }) => `\`${name}\``).sort());
  });
});
