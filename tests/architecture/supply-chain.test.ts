import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ALLOWED, exceptionOf, isAllowed, NOT_IN_IMAGES } from '@/scripts/sbom/licences.mjs';

const entry = z.object({
  version: z.string(),
  integrity: z.string().optional(),
  resolved: z.string().optional(),
  license: z.string().optional(),
  hasInstallScript: z.boolean().optional(),
});
const { packages } = z
  .object({ packages: z.record(z.string(), entry) })
  .parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));
const { dependencies, devDependencies, allowScripts } = z
  .object({
    dependencies: z.record(z.string(), z.string()),
    devDependencies: z.record(z.string(), z.string()),
    allowScripts: z.record(z.string(), z.boolean()),
  })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));

const nameOf = (place: string) => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
const entries = Object.entries(packages).filter(([place]) => place !== '');

describe('package-lock.json', () => {
  test('has the digest of every package, of other systems too: npm would take whatever comes under the name', () => {
    expect(entries.length).toBeGreaterThan(500);
    expect(entries.filter(([, { integrity = '' }]) => !/^sha512-[\w+/]{86}==$/.test(integrity))).toEqual([]);
  });

  test('names no registry: it serves behind a mirror as well', () => {
    expect(entries.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    expect(readFileSync('package-lock.json', 'utf8')).not.toMatch(/"https?:\/\/[^"]*\.tgz"/);
  });

  test('has no package that runs a program when it is installed, but those that package.json allows', () => {
    const running = entries
      .filter(([, { hasInstallScript = false }]) => hasInstallScript)
      .map(([place]) => nameOf(place));
    expect(running.filter((name) => allowScripts[name] !== true)).toEqual([]);
    expect(running).toContain('esbuild');
  });
});

describe('licences', () => {
  const others = entries.filter(([, { license }]) => !isAllowed(license));

  test('of all packages are allowed, or named with a reason', () => {
    expect(others.filter(([place, { license }]) => exceptionOf(nameOf(place), license) === null)).toEqual([]);
  });

  test('that are named with a reason are needed, each', () => {
    const used = new Set(others.map(([place, { license }]) => exceptionOf(nameOf(place), license)));
    expect(NOT_IN_IMAGES.filter((one) => !used.has(one))).toEqual([]);
    expect(NOT_IN_IMAGES.filter(({ reason }) => reason.length < 20)).toEqual([]);
  });

  test('are read as SPDX writes them: all of several, one of a choice, and nothing is not allowed', () => {
    expect(ALLOWED.filter((id) => !isAllowed(id))).toEqual([]);
    expect(['(MIT AND Zlib)', 'MIT and ISC', 'MIT OR GPL-3.0-only'].filter((text) => !isAllowed(text))).toEqual([]);
    const refused = [
      undefined,
      '',
      'LGPL-3.0-or-later',
      'Apache-2.0 AND LGPL-3.0-or-later',
      'MPL-2.0 OR EPL-2.0',
      'MITx',
    ];
    expect(refused.filter((text) => isAllowed(text))).toEqual([]);
  });
});

describe('renovate.json', () => {
  const rule = z.object({
    groupName: z.string().optional(),
    matchPackageNames: z.array(z.string()).optional(),
    matchDepTypes: z.array(z.string()).optional(),
    matchUpdateTypes: z.array(z.string()).optional(),
    automerge: z.boolean().optional(),
  });
  const config = z
    .object({
      minimumReleaseAge: z.string(),
      lockFileMaintenance: z.object({ enabled: z.boolean(), schedule: z.array(z.string()) }),
      vulnerabilityAlerts: z.object({ minimumReleaseAge: z.null() }),
      packageRules: z.array(rule),
    })
    .parse(JSON.parse(readFileSync('renovate.json', 'utf8')));
  const groups = config.packageRules.filter(({ groupName }) => groupName !== undefined);

  test('lets a release grow a week old, and a repair of security none', () => {
    expect(config.minimumReleaseAge).toBe('7 days');
    expect(config.vulnerabilityAlerts.minimumReleaseAge).toBeNull();
    expect(config.lockFileMaintenance).toMatchObject({ enabled: true, schedule: [expect.stringContaining('monday')] });
  });

  test('merges by itself nothing that a server runs', () => {
    const merging = config.packageRules.filter(({ automerge = false }) => automerge);
    expect(merging).toMatchObject([{ matchDepTypes: ['devDependencies'], matchUpdateTypes: ['patch'] }]);
  });

  test('moves together what has to, by names that package.json has', () => {
    const known = Object.keys({ ...dependencies, ...devDependencies });
    const isKnown = (name: string) =>
      name.endsWith('/**') ? known.some((one) => one.startsWith(name.slice(0, -2))) : known.includes(name);
    const named = groups.flatMap(({ matchPackageNames = [] }) => matchPackageNames);
    expect(named.filter((name) => !isKnown(name))).toEqual([]);
    expect(groups.map(({ groupName }) => groupName)).toEqual(['next and react', 'prisma', 'vitest']);
  });
});
