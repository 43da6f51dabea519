import { fromUtf8 } from './encoding';

/** True for a JSON object: not null, not an array. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The JSON object in UTF-8 bytes; null for anything else, and for one with a member named twice. Parsers disagree on
 * which of two equal names wins (RFC 8259 §4), so a signed text with both would mean different things to different
 * verifiers.
 */
export function parseJsonObject(bytes: Uint8Array): Record<string, unknown> | null {
  const text = fromUtf8(bytes);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) && !hasDuplicateMember(text) ? value : null;
  } catch {
    return null;
  }
}

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** For text that is valid JSON: whether an object in it names a member twice. Walks its tokens once and compares the decoded names. */
export function hasDuplicateMember(text: string): boolean {
  const open: (Set<string> | null)[] = [];
  let expectsName = false;
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') {
      open.push(token === '{' ? new Set() : null);
      expectsName = token === '{';
    } else if (token === '}' || token === ']') {
      open.pop();
      expectsName = false;
    } else if (token === ',') {
      expectsName = open.at(-1) != null;
    } else if (token === ':') {
      expectsName = false;
    } else if (expectsName) {
      const name: string = JSON.parse(token);
      const names = open.at(-1);
      if (names?.has(name)) return true;
      names?.add(name);
      expectsName = false;
    }
  }
  return false;
}
