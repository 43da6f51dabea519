import 'server-only';
import { normalizeEmail } from '@/lib/core/email';
import { MAILED_CODE_AFTER_FAILURES } from '@/lib/core/policy';
import { env } from '@/lib/server/config/env';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { countOutcome } from '@/lib/server/observability/outcome-counts';
import { deviceBucket, programBucket } from '@/lib/server/rate-limit/buckets';
import { MAX_TYPED_PASSWORD } from '@/lib/server/routes/request-schemas';
import { newDeviceNotice } from '@/lib/server/sessions/new-device';
import { startSession } from '@/lib/server/sessions/start';
import { checkPassword } from '@/lib/server/sign-in/check-password';
import { audienceOf, audienceToKeep } from './audiences';
import { authenticateClient, bringsClient } from './client-authentication';
import { type OAuthAnswer, type OAuthCall, oauthError } from './oauth-route';
import { tokenAnswer, UNKNOWN_SCOPE } from './token-answer';

const REFUSED = oauthError('invalid_grant', { description: 'Email or password is not right' });
const CODE_DUE = oauthError('mfa_required', {
  description: 'Too many wrong passwords in a row: the person has to sign in with a browser first',
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
  const { user, passwordSince, failuresBefore, afterSignIn, halfway } = proven.value;
  // One with a client secret is the operator's own: nobody else fails there.
  if (client === null && failuresBefore >= MAILED_CODE_AFTER_FAILURES) {
    await halfway();
    return CODE_DUE;
  }
  const tokens = await startSession({
    userId: user.id,
    kind: 'api',
    clientId: client?.id ?? null,
    remember: true,
    amr: ['pwd'],
    passwordSince,
    facts,
    notice: await newDeviceNotice('api', facts),
    audience: audienceToKeep(audience.value),
    broughtRefreshToken: null,
  });
  if (tokens === null) return REFUSED;
  if (tokens.isNoticed) sendDueMail();
  await afterSignIn();
  countOutcome('signInRight');
  return tokenAnswer(tokens);
}
