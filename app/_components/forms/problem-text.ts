import type { ProblemCode } from '@/lib/core/http/problem';

const SENTENCES = {
  invalid_credentials: 'Email or password is not right. Check both, then try again.',
  invalid_code: 'This code is not valid. It may be mistyped, used or older than ten minutes.',
  invalid_token: 'This link is not valid any more: it was used, or it is too old. Ask for a new one.',
  origin_refused: 'The request did not come from this site, so nothing was done. Reload the page and try again.',
  session_ended: 'Your session has ended. Sign in again to go on.',
  unauthenticated: 'Sign in to go on.',
  validation_failed: 'Something below needs another look.',
  service_unavailable: 'The server cannot answer right now. Nothing is lost: try again in a moment.',
  internal_error: 'Something went wrong on our side. Try again in a moment.',
} as const satisfies Partial<Record<ProblemCode, string>>;

const hasSentence = (code: string): code is keyof typeof SENTENCES => Object.hasOwn(SENTENCES, code);

/**
 * A sentence for a person about the problem `code`; `retryAfterSeconds` when the answer named a wait. `title` is the
 * problem's own, for codes without a sentence here: browsers need not load the table of all problems for it.
 */
export function problemText(code: string, retryAfterSeconds: number | null, title: string | null): string {
  if (code === 'too_many_attempts') {
    const wait = retryAfterSeconds === null ? 'Wait a moment' : `Wait ${waitText(retryAfterSeconds)}`;
    return `Too many attempts. ${wait}, then try again.`;
  }
  if (hasSentence(code)) return SENTENCES[code];
  return title === null ? 'That did not work. Please try again.' : `${title}.`;
}

function waitText(seconds: number): string {
  if (seconds < 60) return seconds === 1 ? '1 second' : `${seconds} seconds`;
  const minutes = Math.ceil(seconds / 60);
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}
