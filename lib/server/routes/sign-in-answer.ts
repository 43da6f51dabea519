import 'server-only';
import { toIso } from '@/lib/core/time';
import { deletePendingCookie, setDeviceCookie, setPendingCookie } from '@/lib/server/http/cookies';
import { setSessionCookies } from '@/lib/server/sessions/session-cookies';
import type { SignedIn } from '@/lib/server/sign-in/login';
import type { SecondStepDue } from '@/lib/server/sign-in/second-step-due';
import { type ApiAnswer, json, type Problem, problem } from './answer';

/** Sets the cookies of a person who just signed in and answers as the contract says. */
export async function signInAnswer({ user, tokens, knownDevice }: SignedIn): Promise<ApiAnswer> {
  await setSessionCookies(tokens);
  await setDeviceCookie(knownDevice);
  await deletePendingCookie();
  return json({ user, accessTokenExpiresAt: toIso(tokens.claims.exp) });
}

/** Gives a browser whose password was right what is to come back with the rest, and says what that is. */
export async function secondStepAnswer({ methods, expiresAt, sealed }: SecondStepDue): Promise<ApiAnswer> {
  await setPendingCookie(sealed);
  return json({ status: 'mfa_required', methods, expiresAt: toIso(expiresAt) });
}

/** True for such an answer: the form that caused it leads to the page of the second step. */
export const isSecondStep = (answer: ApiAnswer): boolean =>
  answer.kind === 'json' && 'status' in answer.body && answer.body.status === 'mfa_required';

/** The refusal of an attempt: what to answer, and when to come back where waiting helps. */
export function attemptProblem(
  failure:
    | { code: 'invalid_credentials' | 'invalid_code' | 'invalid_token' | 'overloaded' }
    | { code: 'invalid_passkey' | 'unknown_passkey' }
    | { code: 'too_many_attempts'; retryAfterSeconds: number },
): Problem {
  switch (failure.code) {
    case 'too_many_attempts':
      return problem('too_many_attempts', { retryAfterSeconds: failure.retryAfterSeconds });
    case 'overloaded':
      return problem('service_unavailable', { retryAfterSeconds: 2 });
    default:
      return problem(failure.code);
  }
}
