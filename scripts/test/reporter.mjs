// @ts-check
// A reporter of vitest: what ran, in which project, in the form that runners.mjs reads. vitest's own JSON names no
// projects, so that one of them could be empty unseen.
import { writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * @typedef {{ project: string, file: string, name: string, state: string, milliseconds: number, error: string }} TestRun
 * @typedef {{ tests: TestRun[], broken: { file: string, error: string }[] }} Report `broken`: files that could not be loaded.
 */

/** Where the report is written: a variable, because vitest hands no options to a reporter that is named on its command line. */
export const REPORT_VARIABLE = 'HANDSTAMP_TEST_REPORT';

/** @param {readonly { message: string }[]} [errors] */
const messageOf = (errors = []) => errors[0]?.message ?? '';

export default class ProjectReporter {
  root = '';

  /** @param {import('vitest/node').Vitest} vitest */
  onInit(vitest) {
    this.root = vitest.config.root;
  }

  /** @param {readonly import('vitest/node').TestModule[]} modules */
  onTestRunEnd(modules) {
    /** @type {Report} */
    const report = { tests: [], broken: [] };
    for (const module of modules) {
      const file = path.relative(this.root, module.moduleId).replaceAll('\\', '/');
      const tests = [...module.children.allTests()];
      if (tests.length === 0) report.broken.push({ file, error: messageOf(module.errors()) });
      for (const test of tests) {
        const milliseconds = test.diagnostic()?.duration ?? 0;
        const { state, errors } = test.result();
        const error = messageOf(errors);
        report.tests.push({ project: module.project.name, file, name: test.fullName, state, milliseconds, error });
      }
    }
    writeFileSync(process.env[REPORT_VARIABLE] ?? 'report.json', JSON.stringify(report));
  }
}
