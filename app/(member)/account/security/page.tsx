import { type FormQuery, single } from '@/app/_components/forms/initial-faults';
import { LocalTime } from '@/app/_components/frame/local-time';
import { PageTitle } from '@/app/_components/frame/page-title';
import { env } from '@/lib/server/config/env';
import { arePasskeysAvailable } from '@/lib/server/config/passkeys';
import { securityOverview } from '@/lib/server/security/overview';
import { requireUser } from '@/lib/server/sessions/current-user';
import type { Signer } from '@/lib/server/step-up/guard';
import { hasSecondFactor } from '@/lib/server/users/second-factors';
import { DoneNotice } from '../done-notice';
import { signerOf } from '../signer';
import { Factors } from './factors';
import { FEW_CODES } from './few-codes';
import { PasskeySignals } from './passkey-signals';
import { PasswordForm } from './password-form';

const PATH = '/account/security';

/** What protects the account, what is missing, and how to change it. */
export default async function SecurityPage({ searchParams }: { searchParams: Promise<FormQuery> }) {
  const signer = await signerOf(await requireUser(PATH), PATH);
  const { email } = signer.user;
  const { password, totp, passkeys, recoveryCodes } = await securityOverview(signer);
  const outcome = single((await searchParams)['done']);
  return (
    <div className="grid max-w-xl gap-12">
      <PageTitle>Security</PageTitle>
      <div>
        <DoneNotice key={outcome} outcome={outcome} />
        <p className="text-lg">{protection(signer)}</p>
      </div>
      {passkeys.length > 0 || outcome === 'passkey_removed' ? (
        <PasskeySignals key={passkeys.map(({ id }) => id).join()} />
      ) : null}
      <Factors
        {...{ email, passkeys, appSince: totp?.createdAt ?? null, codes: recoveryCodes }}
        hasPasskeys={arePasskeysAvailable()}
      />
      {/* Without a name of its own, which would be that of the field in the question for a proof above. */}
      <section id="new-password">
        <h2 className="text-xl">Password</h2>
        <p className="mt-1 mb-6 text-ink-soft">
          {password === null ? (
            'You have none.'
          ) : (
            <>
              Last changed <LocalTime at={password.changedAt} />
            </>
          )}
        </p>
        <PasswordForm email={email} hasPassword={password !== null} minLength={env().passwordMinLength} />
      </section>
    </div>
  );
}

/** What is there, and what to do next. */
function protection({ factors, password }: Pick<Signer, 'factors' | 'password'>): string {
  if (hasSecondFactor(factors)) {
    const next = factors.recoveryCodesLeft > FEW_CODES ? 'Nothing is missing.' : 'Make new recovery codes next.';
    return `Your password alone signs nobody in: a second factor is asked for, too. ${next}`;
  }
  if (password === null) return 'Nothing signs you in now. Choose a password below, then add a second factor.';
  return 'Your password protects your account, and nothing else does: whoever learns it gets in. Add a second factor.';
}
