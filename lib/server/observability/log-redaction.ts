import 'server-only';

/** What a log line may hold. */
export type Loggable = string | number | boolean | null | readonly Loggable[] | { readonly [name: string]: Loggable };

const WITHHELD = '[withheld]';
const MAX_DEPTH = 4;
const MAX_ENTRIES = 50;
const MAX_FRAMES = 20;
const MAX_MESSAGE = 500;

const FIELD_NAME = /^[A-Za-z][A-Za-z0-9_]{0,39}$/;

/** Names whose value is a secret or a person's address, whatever it looks like. `statusCode` and its kin may stay. */
const FORBIDDEN_NAME =
  /passw|passphrase|token|cookie|authoriz|secret|credential|pepper|e_?mail|otp|jwt|(?<!status|exit|error)_?code$|^to$/i;

/**
 * The only texts that a field may hold, each too narrow for a token, a cookie, an address or a phrase. What fits none is
 * withheld: an unknown field is lost rather than leaked.
 */
const TEXT_SHAPES: readonly RegExp[] = [
  /^[A-Za-z][A-Za-z0-9_.]{0,39}$/, // a code, an event, an HTTP method
  /^[0-9A-Z]{5}$/, // an SQLSTATE
  /^v?\d{1,4}(\.\d{1,4}){1,2}$/, // a version; an IPv4 address has one dot more
  /^[A-Za-z0-9_-]{8}$|^[A-Za-z0-9_-]{22}$/, // a key id, a session or user id: names that open nothing
  /^(\/[A-Za-z0-9_.-]{0,32}){1,8}$/, // a path without its query
  /^https?:\/\/[a-z0-9.-]{1,100}(:\d{1,5})?$/, // an origin
];

/** The field that may hold a sentence: of ours, or the message of an error. */
const SENTENCE_NAME = 'reason';

/** Copies `value`, keeping only the shapes that a log line may hold. */
export function redact(value: unknown, depth = 0): Loggable {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || depth >= MAX_DEPTH) return WITHHELD;
  if (value instanceof Error) return redactError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? WITHHELD : value.toISOString();
  if (Array.isArray(value)) return value.slice(0, MAX_ENTRIES).map((entry) => redact(entry, depth + 1));
  return isPlain(value) ? redactFields(value, depth + 1) : WITHHELD;
}

/** As `redact`, for the fields of an object. Those that are undefined are left out. */
export function redactFields(fields: object, depth = 0): { [name: string]: Loggable } {
  const given = Object.entries(fields).filter(([name, value]) => FIELD_NAME.test(name) && value !== undefined);
  const allowed = given.slice(0, MAX_ENTRIES);
  return Object.fromEntries(
    allowed.map(([name, value]) => {
      if (FORBIDDEN_NAME.test(name)) return [name, WITHHELD];
      if (name === SENTENCE_NAME && typeof value === 'string') return [name, scrubSentence(value)];
      return [name, redact(value, depth)];
    }),
  );
}

/** In sentences: what looks like a secret, a person, or what somebody passed in. The wide ones first. */
const SENTENCE_RULES: readonly (readonly [RegExp, string])[] = [
  [/\/\/[^\s/@]*@/g, '//[withheld]@'], // credentials in a URL
  [
    /\b(set-cookie|cookie|authorization|bearer|passw\w*|secret|\w*token|e-?mail)\b(?:["'`]?\s*[:=]|\s+(?=\S{16}))[\s\S]*/gi,
    '$1 [withheld]',
  ],
  [/`(?![0-9A-Z]{5}`)[^`\n]{3,}`|"[^"\n]{3,}"|'[^'\n]{3,}'/g, '"…"'], // quoted text; an SQLSTATE may stay
  [/\)\s*=\s*\([\s\S]*?\)/g, ')=(…)'], // PostgreSQL's "Key (email)=(…) already exists"
  [/[^\s@<>()"]+@[^\s@<>()"'`/]+/g, '[address]'], // a mailbox may end in a quote or a slash (RFC 5321 §4.1.2)
  [/\?\S+/g, '?…'],
  [/[A-Za-z0-9_.+=-]{33,}/g, WITHHELD], // tokens, hashes, keys
  [/\b\d{6}\b/g, WITHHELD], // one-time codes
];

/** A sentence without what could be a secret in it. Of a long one, the beginning. */
export function scrubSentence(sentence: string): string {
  const start = sentence.slice(0, 4 * MAX_MESSAGE);
  return SENTENCE_RULES.reduce((text, [pattern, word]) => text.replace(pattern, word), start).slice(0, MAX_MESSAGE);
}

function redactText(text: string): string {
  return TEXT_SHAPES.some((shape) => shape.test(text)) ? text : `[text of ${text.length} characters]`;
}

/** Name, scrubbed message, code, frames and causes; none of the other properties: they hold the data. */
function redactError(error: Error, depth: number): Loggable {
  return {
    name: redactText(error.name),
    message: scrubSentence(error.message),
    ...('code' in error && error.code !== undefined ? { code: redact(error.code, MAX_DEPTH) } : {}),
    stack: frames(error),
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
  };
}

const FRAME = /^ +at [^@?]{1,200}:\d+:\d+\)?$/;

/** Where it was thrown: lines that look like frames, behind the message that a stack begins with. */
function frames({ stack = '', message }: Error): readonly string[] {
  const behindMessage = stack.slice(stack.includes(message) ? stack.indexOf(message) + message.length : 0);
  const lines = behindMessage.split('\n').filter((line) => FRAME.test(line));
  return lines.slice(0, MAX_FRAMES).map((line) => line.trim().replace(/[A-Za-z0-9_.+=-]{65,}/g, WITHHELD));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
