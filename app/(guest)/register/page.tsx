import type { Metadata } from 'next';
import { type FormQuery, initialFaults } from '@/app/_components/forms/initial-faults';
import { Ticket } from '@/app/_components/frame/ticket';
import type { PasswordFault } from '@/lib/core/passwords/password-policy';
import { env } from '@/lib/server/config/env';
import { passwordMessage } from '@/lib/server/routes/request-schemas';
import { RegisterForm } from './register-form';

export const metadata: Metadata = { title: 'Create account' };

const PASSWORD_FAULTS: readonly PasswordFault[] = ['too_short', 'too_long', 'common', 'contains_context', 'repetitive'];

/** The first half of a sign-up: the second is the code that goes by mail. */
export default async function RegisterPage({ searchParams }: { searchParams: Promise<FormQuery> }) {
  const { passwordMinLength } = env();
  const fieldTexts = {
    name: () => 'Use letters and spaces, 80 characters at most',
    email: () => 'Enter an address such as name@example.com',
    password: (code: string) => {
      const fault = PASSWORD_FAULTS.find((known) => known === code);
      return fault === undefined ? 'Choose a password' : passwordMessage(fault, passwordMinLength);
    },
  };
  const stub = (
    <p className="text-sm text-ink-soft">
      Have an account?{' '}
      <a className="link" href="/login">
        Sign in
      </a>
    </p>
  );
  return (
    <Ticket stub={stub}>
      <h1 className="mb-2 text-2xl">Create account</h1>
      <p className="mb-6 text-sm text-ink-soft">We mail you a code to make sure that the address is yours.</p>
      <RegisterForm initial={initialFaults(await searchParams, fieldTexts)} passwordMinLength={passwordMinLength} />
    </Ticket>
  );
}
