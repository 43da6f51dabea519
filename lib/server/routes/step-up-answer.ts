import 'server-only';
import { RECENT_SECONDS } from '@/lib/core/policy';
import { toIso } from '@/lib/core/time';
import { setSessionCookies } from '@/lib/server/sessions/session-cookies';
import type { IssuedTokens } from '@/lib/server/sessions/tokens';
import type { Signer } from '@/lib/server/step-up/guard';
import { type ApiAnswer, empty, json, type Problem, problem } from './answer';

/** For a program that asks for a change with an old proof: by what to give a new one. */
export const stepUpRequired = ({ methods }: Signer): Problem =>
  problem('step_up_required', { methods, maxAgeSeconds: RECENT_SECONDS });

/** For a password where there is a second factor, which alone proves anything. */
export const factorRequired = ({ methods }: Signer): Problem => problem('factor_required', { methods });

/** Why a change of what protects an account was not made. */
export function securityProblem(
  signer: Signer,
  code:
    | 'step_up_required'
    | 'factor_exists'
    | 'no_factor'
    | 'factors_changed'
    | 'last_factor'
    | 'not_found'
    | 'unauthenticated'
    | 'last_admin'
    | 'passkeys_unavailable'
    | 'too_many_passkeys',
): Problem {
  return code === 'step_up_required' ? stepUpRequired(signer) : problem(code);
}

/** Hands out the cookies of a session that took another one's place, and says who is signed in. */
export async function succeededAnswer({ user }: Pick<Signer, 'user'>, tokens: IssuedTokens): Promise<ApiAnswer> {
  await setSessionCookies(tokens);
  return json({ user, accessTokenExpiresAt: toIso(tokens.claims.exp) });
}

/** The same, where nothing is to be said. */
export async function succeededSilently(tokens: IssuedTokens): Promise<ApiAnswer> {
  await setSessionCookies(tokens);
  return empty();
}
