'use client';

import { AccountName } from '@/app/_components/forms/account-name';
import {
  type AskedProof,
  EMPTY_PROOF_TEXTS,
  type ProofChoice,
  proofField,
  WRONG_PROOF_TEXTS,
} from '@/app/_components/forms/asked-proof';
import { AuthForm } from '@/app/_components/forms/auth-form';
import type { Faults } from '@/app/_components/forms/faults';
import { ProofField } from '@/app/_components/forms/proof-field';
import { useAuthForm } from '@/app/_components/forms/use-auth-form';
import { withNext } from '@/lib/core/http/safe-redirect';

type Props = Pick<ProofChoice, 'other'> & { next: string; email: string; asked: AskedProof; initial: Faults };

/** One field. `next` was checked on the server; the endpoint checks it again for the plain form. */
export function StepUpForm({ next, email, asked, other, initial }: Props) {
  const field = proofField(asked);
  const form = useAuthForm({
    endpoint: '/api/auth/step-up',
    next,
    initial,
    toBody: (fields) => ({ [field]: fields.get(field) }),
    required: { [field]: EMPTY_PROOF_TEXTS[asked] },
    retryField: field,
    tells: 'stepped-up',
  });
  return (
    <>
      <AuthForm
        form={{ ...form, faults: saidOf(form.faults, asked) }}
        action="/api/auth/step-up"
        submitLabel="Confirm"
        busyLabel={asked === 'password' ? 'Checking your password' : 'Checking the code'}
      >
        <input type="hidden" name="next" value={next} />
        {asked === 'recovery' ? <input type="hidden" name="with" value="recovery" /> : null}
        <AccountName email={email} />
        <ProofField asked={asked} hasFocus={asked !== 'password'} />
      </AuthForm>
      <p className="mt-5 flex gap-6 text-sm text-ink-soft">
        <a className="link" href="/account">
          Cancel
        </a>
        {other === null ? null : (
          <a className="link" href={withNext(other === 'recovery' ? '/step-up?with=recovery' : '/step-up', next)}>
            {other === 'recovery' ? 'Use a recovery code' : 'Use your authenticator app'}
          </a>
        )}
      </p>
    </>
  );
}

/** The endpoint takes any proof; here it is known which one was asked for, and that there is no address to check. */
function saidOf(faults: Faults, asked: AskedProof): Faults {
  const { code, fields } = faults;
  if (code === 'invalid_credentials' || code === 'invalid_code') {
    return { ...faults, summary: `${WRONG_PROOF_TEXTS[asked]}.` };
  }
  return fields['code'] === undefined ? faults : { ...faults, fields: { code: EMPTY_PROOF_TEXTS[asked] } };
}
