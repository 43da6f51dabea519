import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Stryker runs it in a copy of the project, and reads no projects: this is `unit` of ../../vitest.config.ts, for the pure rings.
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** What `npm run prove -- mutations` asks first is a part of these. */
const ALL = ['core', 'middleware', 'verifier'].map((folder) => `tests/unit/${folder}/**/*.test.ts`);
const chosen = (process.env['HANDSTAMP_MUTATION_TESTS'] ?? '').split(',').filter((glob) => glob !== '');

/**
 * The tests of the file that was changed begin, those of its folder follow: what they notice, no other has to be run for.
 * Stryker names the file as the one whose related tests are to be run.
 */
class OwnFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const [changed = ''] = this.ctx.config.related ?? [];
    const own = changed.replace('/lib/', '/tests/unit/').replace(/\.ts$/, '.test.ts');
    const distance = ({ moduleId }: TestSpecification) =>
      moduleId === own ? 0 : path.dirname(moduleId) === path.dirname(own) ? 1 : 2;
    const sorted = await super.sort(files);
    return sorted
      .map((file) => ({ file, distance: distance(file) }))
      .sort((a, b) => a.distance - b.distance)
      .map(({ file }) => file);
  }
}

export default defineConfig({
  root,
  resolve: { alias: { '@': root, 'server-only': path.join(root, 'node_modules/server-only/empty.js') } },
  test: {
    include: chosen.length > 0 ? chosen : ALL,
    environment: 'node',
    pool: 'threads',
    maxWorkers: 1,
    sequence: { sequencer: OwnFirst },
    expect: { requireAssertions: true },
    // A mutant may make a test wait for ever; a machine that is busy must not look like one.
    testTimeout: 20_000,
  },
});
