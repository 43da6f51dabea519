'use client';

import { AuthForm } from '@/app/_components/forms/auth-form';
import { EmailField } from '@/app/_components/forms/email-field';
import type { Faults } from '@/app/_components/forms/faults';
import { PasswordField } from '@/app/_components/forms/password-field';
import { useAuthForm } from '@/app/_components/forms/use-auth-form';
import { withNext } from '@/lib/core/http/safe-redirect';
import { PasskeySignIn } from './passkey-sign-in';

const toBody = (fields: FormData) => ({
  email: fields.get('email'),
  password: fields.get('password'),
  remember: fields.get('remember') === 'on',
});

type LoginFormProps = {
  next: string;
  initial: Faults;
  required: { email: string; password: string };
  /** The address of an attempt before, where scripts did not run. */
  typedEmail: string | undefined;
  /** Makes one sign-in of a form that is sent twice; null where it could not be made. */
  attempt: string | null;
  /** False where no browser makes passkeys. */
  hasPasskeys: boolean;
};

/**
 * `next` was checked on the server; the endpoint checks it again for the plain form. `required`: the sentences for
 * fields that are missing.
 */
export function LoginForm({ next, initial, required, typedEmail, attempt, hasPasskeys }: LoginFormProps) {
  const form = useAuthForm({
    endpoint: '/api/auth/login',
    next,
    initial,
    toBody,
    required,
    retryField: 'password',
    tells: 'signed-in',
    halfway: async (answer) => ((await answer.json()).status === 'mfa_required' ? withNext('/login/mfa', next) : null),
  });
  const isRemembered = () => {
    const { current } = form.formRef;
    return current !== null && new FormData(current).get('remember') === 'on';
  };
  return (
    <div className="grid gap-5">
      <AuthForm form={form} action="/api/auth/login" submitLabel="Sign in" busyLabel="Signing you in">
        <input type="hidden" name="next" value={next} />
        {attempt === null ? null : <input type="hidden" name="attempt" value={attempt} />}
        <EmailField typed={typedEmail} autoComplete={hasPasskeys ? 'username webauthn' : 'username'} />
        <PasswordField autoComplete="current-password" />
        <label className="-my-1.5 flex min-h-11 cursor-pointer items-center gap-3 text-sm">
          <input type="checkbox" name="remember" className="checkbox" />
          Keep me signed in
        </label>
      </AuthForm>
      {hasPasskeys ? <PasskeySignIn {...{ next, isRemembered }} /> : null}
    </div>
  );
}
