'use client';

import { type FormEvent, useState } from 'react';
import { post } from '@/app/_components/forms/use-auth-form';
import { Notice } from '@/app/_components/frame/notice';

const ENDPOINT = '/api/auth/verify-email/resend';
const SENT = 'Sent again. Give it a minute: at most five mails an hour go to one address.';
const OVER = 'There is no code to send any more. Change the address above to start again.';

/** Has the mail sent once more. The answer is the same for every address, and so are its words. `isSent`: without scripts. */
export function ResendForm({ next, isSent }: { next: string; isSent: boolean }) {
  const [state, setState] = useState<'idle' | 'busy' | 'sent' | { fault: string }>(isSent ? 'sent' : 'idle');

  async function send(event: FormEvent) {
    event.preventDefault();
    if (state === 'busy') return;
    setState('busy');
    const refused = await post(ENDPOINT, {});
    if (refused === null) setState('sent');
    else setState({ fault: refused.code === 'invalid_code' ? OVER : (refused.summary ?? OVER) });
  }

  return (
    <form method="post" action={ENDPOINT} onSubmit={send}>
      <input type="hidden" name="next" value={next} />
      <button type="submit" className="button button-quiet button-small" aria-disabled={state === 'busy'}>
        {state === 'busy' ? <span className="spinner" aria-hidden="true" /> : null}
        Send the code again
      </button>
      <div role="status" className="mt-3 empty:hidden">
        {state === 'sent' ? <Notice tone="calm">{SENT}</Notice> : null}
        {typeof state === 'object' ? <Notice tone="fault">{state.fault}</Notice> : null}
      </div>
    </form>
  );
}
