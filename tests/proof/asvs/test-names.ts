import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAst } from 'vitest/node';
import type { Node } from '@/tests/architecture/module-graph';

/** A test or a group of tests, as a file writes it. */
export type Written = {
  /** Up to the first thing that is worked out while running. */
  readonly name: string;
  /** Whether it or a group around it is left out of a run, or may be. */
  readonly isSkipped: boolean;
};

const BEGIN = ['test', 'it', 'describe'];
const LEFT_OUT = ['skip', 'skipIf', 'runIf', 'todo', 'fixme', 'fails', 'fail'];

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** `['describe', 'each']` of `describe.each(…)`, whatever it is called with; empty where it begins with anything else. */
function wordsOf(callee: unknown): string[] {
  if (!isNode(callee)) return [];
  if (callee.type === 'Identifier') return [String(callee['name'])];
  if (callee.type === 'CallExpression') return wordsOf(callee['callee']);
  if (callee.type === 'TaggedTemplateExpression') return wordsOf(callee['tag']);
  if (callee.type !== 'MemberExpression' || !isNode(callee['property'])) return [];
  const words = wordsOf(callee['object']);
  return words.length === 0 ? [] : [...words, String(callee['property']['name'])];
}

/** The text of a name, as far as it is written out; null for what is no text. */
function textOf(value: unknown): string | null {
  if (!isNode(value)) return null;
  if (value.type === 'Literal') return typeof value['value'] === 'string' ? value['value'] : null;
  if (value.type !== 'TemplateLiteral' || !Array.isArray(value['quasis'])) return null;
  const first: { value?: { cooked?: string } } = value['quasis'][0];
  return first.value?.cooked ?? null;
}

/** Every test and group of a file, in its order. */
export function testsOf(file: string, root: string): Written[] {
  const found: Written[] = [];
  const visit = (value: unknown, isSkipped: boolean): void => {
    if (Array.isArray(value)) for (const one of value) visit(one, isSkipped);
    if (!isNode(value)) return;
    let isBelowSkipped = isSkipped;
    if (value.type === 'CallExpression' && Array.isArray(value['arguments'])) {
      const [first, ...more] = wordsOf(value['callee']);
      const name = textOf(value['arguments'][0]);
      if (first !== undefined && BEGIN.includes(first) && name !== null && value['arguments'].length > 1) {
        const isGroup = first === 'describe' || more.includes('describe');
        isBelowSkipped ||= more.some((word) => LEFT_OUT.includes(word));
        isBelowSkipped ||= !isGroup && skipsItself(value['arguments'].at(-1));
        found.push({ name, isSkipped: isBelowSkipped });
      }
    }
    for (const child of Object.values(value)) if (typeof child === 'object') visit(child, isBelowSkipped);
  };
  const text = readFileSync(path.join(root, file), 'utf8');
  visit(parseAst(text, { lang: file.endsWith('x') ? 'tsx' : 'ts' }), false);
  return found;
}

/** Whether the body of a test may leave itself out, as Playwright and vitest allow: `test.skip(…)` with no test in it. */
function skipsItself(body: unknown): boolean {
  let isFound = false;
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) visit(one);
    if (!isNode(value) || isFound) return;
    const words = value.type === 'CallExpression' ? wordsOf(value['callee']) : [];
    isFound =
      words.length > 1 &&
      LEFT_OUT.includes(words[1] ?? '') &&
      ['test', 'it', 'context', 'ctx'].includes(words[0] ?? '');
    for (const child of Object.values(value)) if (typeof child === 'object') visit(child);
  };
  visit(body);
  return isFound;
}

/** Whether a runner begins with a file, or with one beside it that runs what is in it: promises that several files make. */
export function isRun(file: string, root: string): boolean {
  if (/\.(?:test|spec)\.tsx?$/.test(file)) return true;
  const folder = path.join(root, path.dirname(file));
  const imported = `'./${path.basename(file, '.ts')}'`;
  return readdirSync(folder)
    .filter((name) => /\.(?:test|spec)\.ts$/.test(name))
    .some((name) => readFileSync(path.join(folder, name), 'utf8').includes(imported));
}
