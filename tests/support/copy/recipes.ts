import type { RepositoryCopy } from './repository-copy';

/** One block of docs/your-code.md: a file, a change of a file, commands of a shell, or a statement for the database. */
export type Step =
  | { readonly kind: 'file' | 'edit'; readonly file: string; readonly text: string }
  | { readonly kind: 'commands' | 'sql'; readonly lines: readonly string[] };

const BLOCK = /^```(\w+)(?: (.+))?\n([\s\S]*?)^```$/gm;

/** The steps of a document, in its order. Throws for a block that names no file, and for a name that no reader sees. */
export function stepsOf(markdown: string): Step[] {
  return [...markdown.matchAll(BLOCK)].map((block): Step => {
    const [, language = '', info = '', text = ''] = block;
    const lines = text.trimEnd().split('\n');
    if (language === 'sh') return { kind: 'commands', lines };
    if (language === 'sql') return { kind: 'sql', lines };
    const file = /^file=(.+)$/.exec(info)?.[1];
    if (file === undefined) throw new Error(`A block of ${language} names no file:\n${text}`);
    if (!markdown.slice(0, block.index).endsWith(`\n**${file}**\n`)) {
      throw new Error(`The line above a block must be **${file}**`);
    }
    return { kind: language === 'diff' ? 'edit' : 'file', file, text };
  });
}

/** Carries a step out in a copy; commands and statements by `run`. */
export async function apply(
  step: Step,
  copy: RepositoryCopy,
  run: { command(line: string): Promise<void>; sql(line: string): Promise<void> },
): Promise<void> {
  if ('lines' in step) {
    for (const line of step.lines) await run[step.kind === 'sql' ? 'sql' : 'command'](line);
  } else {
    await copy.write(step.file, step.kind === 'file' ? step.text : edited(await copy.read(step.file), step));
  }
}

/** `text` with each part of a diff in it. Parts are divided by `@@`; what they keep and remove must be there once. */
function edited(text: string, { file, text: diff }: { file: string; text: string }): string {
  return diff.split(/^@@.*\n/m).reduce((before, part) => {
    const lines = part.trimEnd().split('\n');
    const without = (mark: '-' | '+') =>
      lines.flatMap((line) => (line[0] === mark ? [] : [`${line.slice(1)}\n`])).join('');
    const [old, fresh] = [without('+'), without('-')];
    if (before.split(old).length !== 2) throw new Error(`${file} does not hold these lines once:\n${old}`);
    return before.replace(old, () => fresh);
  }, text);
}
