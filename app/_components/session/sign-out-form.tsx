'use client';

import { type FormEvent, useState } from 'react';
import { tellOtherTabs } from './session-channel';

const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json' };

/**
 * Signing out. Without scripts the form's own 303 leads away. With scripts the other tabs are told too, and the document
 * is replaced: a soft navigation would leave protected pages in the router's memory, for Back to show.
 */
export function SignOutForm({ className = 'button button-quiet button-small' }: { className?: string }) {
  const [state, setState] = useState<'idle' | 'busy' | 'failed'>('idle');

  async function leave(event: FormEvent) {
    event.preventDefault();
    if (state === 'busy') return;
    setState('busy');
    const answer = await fetch('/api/auth/logout', { method: 'POST', headers: JSON_HEADERS, body: '{}' }).catch(
      () => null,
    );
    if (answer?.ok !== true) {
      setState('failed');
      return;
    }
    tellOtherTabs('signed-out');
    location.replace('/login?ended=signed_out');
  }

  return (
    <form method="post" action="/api/auth/logout" onSubmit={leave} className="relative">
      <button type="submit" className={className} aria-disabled={state === 'busy'}>
        {state === 'busy' ? <span className="spinner" aria-hidden="true" /> : null}
        Sign out
      </button>
      <div
        role="alert"
        className={
          state === 'failed' ? 'sheet absolute end-0 top-full z-10 mt-2 w-64 p-4 text-sm text-fault' : 'sr-only'
        }
      >
        {state === 'failed' ? (
          <>
            <p>You may still be signed in on this browser: the server did not say. Try again, or close the browser.</p>
            <button type="button" className="link mt-2 min-h-6" onClick={() => setState('idle')}>
              Close
            </button>
          </>
        ) : null}
      </div>
    </form>
  );
}
