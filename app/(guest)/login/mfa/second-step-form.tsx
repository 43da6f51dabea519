'use client';

import { AccountName } from '@/app/_components/forms/account-name';
import { type AskedProof, EMPTY_PROOF_TEXTS, WRONG_PROOF_TEXTS } from '@/app/_components/forms/asked-proof';
import { AuthForm } from '@/app/_components/forms/auth-form';
import { CodeField } from '@/app/_components/forms/code-field';
import type { Faults } from '@/app/_components/forms/faults';
import { ProofField } from '@/app/_components/forms/proof-field';
import { useAuthForm } from '@/app/_components/forms/use-auth-form';

/** Of the fields that are there, the ones that the endpoint knows. */
const toBody = (fields: FormData) =>
  Object.fromEntries(['code', 'mailCode'].flatMap((name) => (fields.has(name) ? [[name, fields.get(name)]] : [])));

type Props = {
  next: string;
  email: string;
  /** What the second factor is asked by; null where there is none. */
  asked: AskedProof | null;
  isMailDue: boolean;
  initial: Faults;
  /** The sentence for a mailed code that is missing. */
  mailText: string;
};

/** A field for the second factor, and one for the mailed code where that is wanted too. */
export function SecondStepForm({ next, email, asked, isMailDue, initial, mailText }: Props) {
  const form = useAuthForm({
    endpoint: '/api/auth/login/mfa',
    next,
    initial,
    toBody,
    required: {
      ...(asked === null ? {} : { code: EMPTY_PROOF_TEXTS[asked] }),
      ...(isMailDue ? { mailCode: mailText } : {}),
    },
    retryField: asked === null ? 'mailCode' : 'code',
    tells: 'signed-in',
  });
  return (
    <AuthForm
      form={{ ...form, faults: saidOf(form.faults, asked, isMailDue) }}
      action="/api/auth/login/mfa"
      submitLabel="Continue"
      busyLabel="Checking the code"
    >
      <input type="hidden" name="next" value={next} />
      <AccountName email={email} />
      {asked === 'recovery' ? <input type="hidden" name="with" value="recovery" /> : null}
      {asked === null ? null : <ProofField asked={asked} hasFocus />}
      {isMailDue ? <CodeField name="mailCode" label="Mailed code" hasFocus={asked === null} /> : null}
    </AuthForm>
  );
}

/** The endpoint takes any code; here it is known which one was asked for. */
function saidOf(faults: Faults, asked: AskedProof | null, isMailDue: boolean): Faults {
  if (asked === null) return faults;
  if (faults.code === 'invalid_code') {
    const summary = isMailDue
      ? 'One of the codes is not right, or was used. Try both again.'
      : `${WRONG_PROOF_TEXTS[asked]}.`;
    return { ...faults, summary };
  }
  if (faults.fields['code'] === undefined) return faults;
  return { ...faults, fields: { ...faults.fields, code: EMPTY_PROOF_TEXTS[asked] } };
}
