import { createContext, Script } from 'node:vm';
import { expect, test } from 'vitest';
import { ourModules, walk } from './module-graph';

const modules = [...ourModules(process.cwd()).values()];

/** More than any field of ours may hold, and as much as the longest header. */
const LENGTH = 8_000;
/** A pattern whose work grows with the square takes several times as long. */
const LONGEST_MS = 12;
/** What spoils a match at the very end. */
const ENDINGS = ['', '\u0000'];

/** Patterns whose work grows with the square, and of which text: it is ours, or was cut before. */
const OF_SHORT_TEXTS: Readonly<Record<string, string>> = {
  '<([^>]+)>': 'sentences of ours, on the command line and on the page of keys',
  '=+$': 'AUTH_SECRET, which the operator sets',
  "[\\s\\-_.,:;|/\\\\'’]+|[!?]+$": 'a new password, of 128 characters at most by then',
  '(?:^|;)\\s*(?:BEGIN|START|COMMIT|ROLLBACK)(?:\\s+(?:WORK|TRANSACTION))?\\s*;': 'files of migrations',
  '[^\\s@<>()"]+@[^\\s@<>()"\'`/]+': 'a sentence for the log, of 2,000 characters at most by then',
  '^(?:(?:"[^"\\\\\\p{C}]+"|[^"<>()[\\]\\\\:;@,\\p{C}]+)? *<(?<named>[^<>\\s]+)>|(?<alone>[^<>\\s]+))$':
    'MAIL_FROM, which whoever runs the server writes',
};

type Pattern = { readonly file: string; readonly source: string; readonly flags: string };

const patterns: Pattern[] = modules.flatMap(({ file, program }) => {
  const found: Pattern[] = [];
  walk(program, (node) => {
    const regex = node['regex'];
    if (node.type !== 'Literal' || typeof regex !== 'object' || regex === null) return;
    const { pattern, flags } = regex as { pattern: string; flags: string };
    found.push({ file, source: pattern, flags });
  });
  return found;
});

/** Texts that a pattern of so many characters could lose itself in: each of them, and each two, over and over. */
function* hostileTexts({ source }: Pattern): Generator<string> {
  const own = [...new Set(source.replace(/\\[dDwWsSbBpPnrtuxvf]|\{[^}]*\}/g, ' ').match(/[^\\^$*+?()[\]{}|]/g) ?? [])];
  const letters = [...new Set([...own.slice(0, 12), 'a', 'A', '0', ' ', '\t', '-', '_', '.', '!', 'é', '\n'])];
  const pieces = [...letters, ...letters.slice(0, 6).flatMap((one) => letters.slice(0, 6).map((other) => one + other))];
  const words = source.match(/[A-Za-z]{3,}/g) ?? [];
  for (const piece of [...pieces, ...words]) {
    const text = piece.repeat(Math.ceil(LENGTH / piece.length)).slice(0, LENGTH);
    for (const ending of ENDINGS) yield text + ending;
  }
}

const sandbox = createContext({ pattern: /x/, text: '' });
const ask = new Script('pattern.lastIndex = 0; text.replace(pattern, "")');

/** In milliseconds of this process, which a busy machine does not make longer; a second at most. */
function timeOf({ source, flags }: Pattern, text: string): number {
  Object.assign(sandbox, { pattern: new RegExp(source, flags), text });
  const before = process.cpuUsage();
  try {
    ask.runInContext(sandbox, { timeout: 1_000 });
  } catch {
    return Number.POSITIVE_INFINITY;
  }
  return process.cpuUsage(before).user / 1_000;
}

const isSlow = (pattern: Pattern, text: string): boolean => [1, 2, 3].every(() => timeOf(pattern, text) > LONGEST_MS);

test('no pattern takes long, whatever text of its own characters it is asked about', () => {
  expect(patterns.length).toBeGreaterThan(100);
  const slow = patterns.filter((pattern) => {
    for (const text of hostileTexts(pattern)) if (isSlow(pattern, text)) return true;
    return false;
  });
  const unexpected = slow.filter(({ source }) => !(source in OF_SHORT_TEXTS));
  expect(unexpected.map(({ file, source }) => `${file}: ${source}`)).toEqual([]);
  const written = new Set(patterns.map(({ source }) => source));
  expect(Object.keys(OF_SHORT_TEXTS).filter((source) => !written.has(source))).toEqual([]);
});
