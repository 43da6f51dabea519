import 'server-only';
import { normalizeEmail } from '@/lib/core/email';
import { amrOf } from '@/lib/core/factors/proof';
import { MAILED_CODE_AFTER_FAILURES } from '@/lib/core/policy';
import { recordRepeated } from '@/lib/server/audit/repeated-events';
import { env } from '@/lib/server/config/env';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { countOutcome } from '@/lib/server/observability/outcome-counts';
import { deviceBucket, programBucket } from '@/lib/server/rate-limit/buckets';
import { settleSuccess, takeBack } from '@/lib/server/rate-limit/limiter';
import { orGiveBack } from '@/lib/server/rate-limit/own-fault';
import { MAX_TYPED_PASSWORD } from '@/lib/server/routes/request-schemas';
import { newDeviceNotice } from '@/lib/server/sessions/new-device';
import { startSession } from '@/lib/server/sessions/start';
import { checkPassword, type ProvenPerson } from '@/lib/server/sign-in/check-password';
import { stepEntry } from '@/lib/server/sign-in/step-entry';
import { hasSecondFactor } from '@/lib/server/users/second-factors';
import { audienceOf, audienceToKeep } from './audiences';
import { authenticateClient, bringsClient } from './client-authentication';
import { type OAuthAnswer, type OAuthCall, oauthError, type Parameters } from './oauth-route';
import { secondFactor } from './second-factor';
import { tokenAnswer, UNKNOWN_SCOPE } from './token-answer';

const REFUSED = oauthError('invalid_grant', { description: 'Email or password is not right' });
const WRONG_CODE = oauthError('invalid_grant', { description: 'The code is not right, or was used' });
const FACTOR_DUE = oauthError('mfa_required', {
  description: 'This account has a second factor: send code too, of the authenticator app or a recovery code',
});
const BROWSER_FIRST = oauthError('mfa_required', {
  description: 'Too many failures in a row: the person has to sign in with a browser first',
});
const OFF = oauthError('unsupported_grant_type', {
  description: 'No program signs in with a password here (DIRECT_TOKEN_SIGN_IN is off): send grant_type=refresh_token',
});

/**
 * Tokens for a program of the operator's own in exchange for a person's password. It is no grant of OAuth and has no
 * `grant_type`: RFC 9700 §2.4 forbids the password grant, because a program of somebody else's that asks for a password
 * could keep it. `DIRECT_TOKEN_SIGN_IN=off` takes it away. The session that begins is like a browser's, of kind `api`: one
 * row, listed for its owner, the same rotation.
 *
 * A program that brings its client secret too (RFC 6749 §2.3.1) is what a known device is for a browser: its attempts are
 * counted apart from those of strangers, and do not wait behind them. Its tokens name it as `client_id`.
 *
 * Who has a second factor is asked for it here too: `code` holds six digits of an authenticator app, or a recovery code.
 */
export async function directSignIn({ request, body: parameters, facts }: OAuthCall): Promise<OAuthAnswer> {
  if (env().directTokenSignIn === 'off') return OFF;
  const { email: typedEmail, password, resource, scope } = parameters;
  if (typedEmail === undefined || password === undefined) {
    return oauthError('invalid_request', { description: 'Send email and password' });
  }
  if (scope !== undefined) return UNKNOWN_SCOPE;
  const audience = audienceOf(resource);
  if (!audience.ok) return oauthError('invalid_target', { description: 'resource names none of TOKEN_AUDIENCES' });
  const email = normalizeEmail(typedEmail);
  if (email === null || password.length > MAX_TYPED_PASSWORD) return REFUSED;

  const isKnown = bringsClient(request.headers, parameters);
  const client = isKnown ? await authenticateClient(request.headers, parameters) : null;
  if (isKnown && client === null) return oauthError('invalid_client');
  const ownBucket = client === null ? await programBucket(email) : await deviceBucket(email, client.id);
  const proven = await checkPassword({ email, password, facts, isKnown, ownBucket });
  if (!proven.ok) {
    switch (proven.code) {
      case 'too_many_attempts':
        return oauthError('too_many_attempts', { retryAfterSeconds: proven.retryAfterSeconds });
      case 'overloaded':
        return oauthError('temporarily_unavailable', { retryAfterSeconds: 2 });
      case 'invalid_credentials':
        return REFUSED;
    }
  }
  const asked = { client, parameters, facts, audience: audience.value };
  return orGiveBack(proven.value.counted, () => begin(proven.value, asked));
}

type Asked = {
  readonly client: { readonly id: string } | null;
  readonly parameters: Parameters;
  readonly facts: RequestFacts;
  readonly audience: string;
};

/** The password was right: asks for a second factor where there is one, and begins the session. */
async function begin(person: ProvenPerson, { client, parameters, facts, audience }: Asked): Promise<OAuthAnswer> {
  const { user, passwordSince, failuresBefore, factors, counted, afterSignIn } = person;
  const clientId = client?.id ?? null;
  const halfway = async (answer: OAuthAnswer): Promise<OAuthAnswer> => {
    await takeBack(counted);
    return answer;
  };
  const wrongCode = async (): Promise<OAuthAnswer> => {
    const { ip, userAgent } = facts;
    await recordRepeated({ type: 'second_factor_failed', userId: user.id, ip, userAgent }, user.id);
    return halfway(WRONG_CODE);
  };
  // One with a client secret is the operator's own: nobody else fails there.
  if (client === null && failuresBefore >= MAILED_CODE_AFTER_FAILURES) return halfway(BROWSER_FIRST);
  const second = hasSecondFactor(factors)
    ? await secondFactor(user.id, { clientId, code: parameters['code'], facts })
    : null;
  if (second?.ok === false) return second.code === 'invalid_code' ? wrongCode() : halfway(withoutFactor(second));
  const proof = second?.value ?? null;
  const start = async () =>
    startSession({
      userId: user.id,
      kind: 'api',
      clientId,
      remember: true,
      amr: proof === null ? amrOf('password') : amrOf('password', proof.spending.kind),
      passwordSince,
      factorsVersion: factors.factorsVersion,
      ...(proof === null ? {} : { entry: stepEntry(null, proof.spending) }),
      facts,
      notice: await newDeviceNotice('api', facts),
      audience: audienceToKeep(audience),
      broughtRefreshToken: null,
    });
  const tokens = await (proof === null ? start() : orGiveBack([proof.bucket], start));
  // Of a code: it was used meanwhile.
  if (tokens === null) return proof === null ? REFUSED : wrongCode();
  if (tokens.isNoticed || proof?.spending.kind === 'recovery') sendDueMail();
  if (proof !== null) await settleSuccess([proof.bucket]);
  await afterSignIn();
  countOutcome('signInRight');
  return tokenAnswer(tokens);
}

function withoutFactor(failure: Exclude<Awaited<ReturnType<typeof secondFactor>>, { ok: true }>): OAuthAnswer {
  switch (failure.code) {
    case 'missing':
      return FACTOR_DUE;
    case 'row_too_long':
      return BROWSER_FIRST;
    case 'too_many_attempts':
      return oauthError('too_many_attempts', { retryAfterSeconds: failure.retryAfterSeconds });
    case 'invalid_code':
      return WRONG_CODE;
  }
}
