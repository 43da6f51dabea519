'use client';

import { usePathname } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { isPasskeySupported } from '@/app/_components/passkeys/use-passkey-support';
import { takeOwnInvitation } from './invitation-actions';

/** Where one adds a passkey already, or is about something else. */
const QUIET_PAGES: readonly string[] = ['/account/security', '/step-up'];

/**
 * Offers a passkey to somebody who signed in by their password alone: on the page where they arrive, once in the life of
 * the account. Its place is kept until the server has said that this is the once, so that nothing moves; where a passkey
 * cannot be added, in a browser without them or without scripts, nobody is asked and the once is not used up.
 */
export function PasskeyInvitation({ isWaiting }: { isWaiting: boolean }) {
  const pathname = usePathname();
  // Of the page that came from the server: the answer below takes the invitation away, and is no reason to hide it.
  const [wasWaiting] = useState(isWaiting);
  /** The page that shows it; null for none, undefined while that is not known. */
  const [shownOn, setShownOn] = useState<string | null>();
  const isAsked = useRef(false);
  const isDue = wasWaiting && !QUIET_PAGES.includes(pathname);

  useEffect(() => {
    if (!isDue || isAsked.current) return;
    isAsked.current = true;
    const taking = isPasskeySupported() ? takeOwnInvitation().catch(() => false) : Promise.resolve(false);
    void taking.then((isTaken) => setShownOn(isTaken ? location.pathname : null));
  }, [isDue]);

  function dismiss() {
    setShownOn(null);
    // The button that had the focus is gone.
    document.getElementById('main')?.focus();
  }

  if (shownOn === undefined ? !isDue : shownOn !== pathname) return null;
  return (
    <section
      aria-label="Passkey"
      className={`needs-scripts sheet mb-10 print:hidden flex flex-wrap items-center gap-x-8 gap-y-4 p-5 ${shownOn === undefined ? 'invisible' : ''}`}
    >
      <div className="min-w-0 basis-72 grow">
        <p className="font-semibold">Sign in without a password next time</p>
        <p className="text-sm text-ink-soft">
          A passkey signs you in by the lock of your device. You can add one later, too: under Account, Security.
        </p>
      </div>
      <div className="flex flex-wrap gap-3">
        <a className="button button-primary button-small" href="/account/security">
          Add a passkey
        </a>
        <button type="button" className="button button-quiet button-small" onClick={dismiss}>
          Not now
        </button>
      </div>
    </section>
  );
}
