'use client';

import { useEffect, useState } from 'react';
import { loginPath } from '@/lib/core/http/safe-redirect';

export type Trouble = 'over' | 'somebody-else';

const WORDS = {
  over: {
    text: 'Your session has ended. What you typed is still here: sign in again in a new tab, then come back.',
    action: 'Sign in in a new tab',
  },
  'somebody-else': {
    text: 'Somebody else signed in with this browser. Copy what you typed, then load the page again.',
    action: 'Load the page again',
  },
} as const satisfies Record<Trouble, { text: string; action: string }>;

/** Says why a page with something typed in it is not left: the text is not ours to throw away. */
export function SessionNotice({ trouble }: { trouble: Trouble | null }) {
  const [here, setHere] = useState('/');
  useEffect(() => {
    if (trouble !== null) setHere(location.pathname + location.search);
  }, [trouble]);

  return (
    <div role="alert" className={trouble === null ? 'sr-only' : 'fixed inset-x-0 bottom-0 z-20 p-4'}>
      {trouble === null ? null : (
        <div className="sheet mx-auto flex max-w-xl flex-wrap items-center gap-x-6 gap-y-3 p-4 text-sm">
          <p className="min-w-0 basis-64 grow">{WORDS[trouble].text}</p>
          <a
            className="button button-primary button-small"
            href={trouble === 'over' ? loginPath(here) : here}
            target={trouble === 'over' ? '_blank' : undefined}
            rel="noopener"
          >
            {WORDS[trouble].action}
          </a>
        </div>
      )}
    </div>
  );
}
