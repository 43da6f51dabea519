import { type AskedProof, EMPTY_PROOF_TEXTS, proofChoice, proofField } from '@/app/_components/forms/asked-proof';
import { type FormQuery, initialFaults, single } from '@/app/_components/forms/initial-faults';
import { PageTitle } from '@/app/_components/frame/page-title';
import { PasskeyProof } from '@/app/_components/passkeys/passkey-proof';
import { PlainSignOut } from '@/app/_components/session/plain-sign-out';
import { safeNextPath, withNext } from '@/lib/core/http/safe-redirect';
import { env } from '@/lib/server/config/env';
import { requireUser } from '@/lib/server/sessions/current-user';
import { signerOf } from '../account/signer';
import { StepUpForm } from './step-up-form';

const TYPED = {
  totp: 'enter the code that your authenticator app shows',
  recovery: 'enter one of your recovery codes',
  password: 'enter your password once more',
} as const satisfies Record<AskedProof, string>;

/** Asks somebody who is signed in to prove once more who they are, before the page that wants it. */
export default async function StepUpPage({ searchParams }: { searchParams: Promise<FormQuery> }) {
  const query = await searchParams;
  const next = safeNextPath(single(query['next']), env().appOrigin);
  const path = withNext('/step-up', next);
  const { user, methods } = await signerOf(await requireUser(path), path);
  const hasPasskey = methods.includes('passkey');
  const { asked, other } = proofChoice(methods, single(query['with']) === 'recovery');
  const ways = [...(hasPasskey ? ['use your passkey'] : []), ...(asked === null ? [] : [TYPED[asked]])];
  return (
    <section aria-labelledby="confirm" className="max-w-md">
      <PageTitle>Confirm it is you</PageTitle>
      <h1 className="text-2xl">Before you go on</h1>
      <h2 id="confirm" className="mt-6 text-xl">
        Confirm it is you
      </h2>
      {ways.length === 0 ? (
        <>
          <p className="mt-2 mb-6 text-ink-soft">
            Your account has no password, so nothing here can prove who you are. Sign out, choose one with “Forgot
            password?”, and sign in again.
          </p>
          <PlainSignOut />
        </>
      ) : (
        <p className="mt-2 mb-6 text-ink-soft">
          The next page changes your account, so {ways.join(', or ')}. That lasts for ten minutes.
        </p>
      )}
      {hasPasskey ? (
        <div className="mb-6">
          <PasskeyProof
            isOnly={asked === null}
            way={{
              options: { endpoint: '/api/auth/step-up/options', body: {} },
              endpoint: '/api/auth/step-up',
              next,
              tells: 'stepped-up',
            }}
          />
        </div>
      ) : null}
      {asked === null && hasPasskey ? (
        <p className="text-sm">
          <a className="link" href="/account">
            Cancel
          </a>
        </p>
      ) : null}
      {asked === null ? null : (
        <StepUpForm
          key={asked}
          {...{ next, asked, other, email: user.email }}
          initial={initialFaults(query, { [proofField(asked)]: () => EMPTY_PROOF_TEXTS[asked] })}
        />
      )}
    </section>
  );
}
