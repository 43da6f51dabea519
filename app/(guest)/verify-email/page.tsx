import type { Metadata } from 'next';
import { type FormQuery, initialFaults } from '@/app/_components/forms/initial-faults';
import { Ticket } from '@/app/_components/frame/ticket';
import { env } from '@/lib/server/config/env';
import { VerifyForm } from './verify-form';

export const metadata: Metadata = { title: 'Enter your code' };

/** What the form says about a code that cannot be one. */
const FIELD_TEXTS = { code: 'Enter the six digits from the mail' };

/**
 * The second half of a sign-up. Says the same for every address: a mail went out, and what is in it only its reader knows.
 */
export default async function VerifyEmailPage({ searchParams }: { searchParams: Promise<FormQuery> }) {
  const stub = (
    <p className="text-sm text-ink-soft">
      No mail after a few minutes? Look among the unwanted ones, or{' '}
      <a className="link" href="/register">
        start again
      </a>
      . If the address has an account already, the mail says so and there is no code in it.
    </p>
  );
  return (
    <>
      <Ticket stub={stub}>
        <h1 className="mb-2 text-2xl">Enter your code</h1>
        <p className="mb-6 text-sm text-ink-soft">
          A code of six digits is on its way to your mailbox. It is good for ten minutes, in this browser.
        </p>
        <VerifyForm
          initial={initialFaults(await searchParams, { code: () => FIELD_TEXTS.code })}
          required={FIELD_TEXTS}
        />
      </Ticket>
      {env().embeddedDataFolder === null ? null : (
        <p className="mt-6 px-1 text-sm text-ink-soft">
          On this machine no mail is sent. It lands in the{' '}
          <a className="link" href="/dev/mail" target="_blank" rel="noopener">
            local mailbox<span className="sr-only"> (opens in a new tab)</span>
          </a>
          .
        </p>
      )}
    </>
  );
}
