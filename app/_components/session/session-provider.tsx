'use client';

import { type ReactNode, useEffect, useState } from 'react';
import type { SessionFacts } from '@/lib/core/token/session-facts';
import { SessionContext } from './session-context';

type Props = {
  readonly session: SessionFacts;
  /** How long its access token is good when the page is made. */
  readonly secondsLeft: number;
  readonly children: ReactNode;
};

/**
 * Lets client components know the session, from the first paint, and has the page watched. Stands around every page of
 * somebody signed in. What watches comes in a file of its own, so that visitors do not wait for it.
 */
export function SessionProvider({ session, secondsLeft, children }: Props) {
  const { sub } = session;
  const [facts, setFacts] = useState(session);
  const [notice, setNotice] = useState<ReactNode>(null);

  useEffect(() => setFacts(session), [session]);

  useEffect(() => {
    let isOver = false;
    let end: (() => void) | undefined;
    const watch = async () => {
      const loaded = await import('./session-watch').catch(() => null);
      if (loaded && !isOver) end ??= loaded.watchSession({ sub, secondsLeft, onFacts: setFacts, onNotice: setNotice });
    };
    void watch();
    // Without a connection it does not come. A page that nobody watches would go on showing what is over.
    const moments = ['online', 'focus'];
    for (const moment of moments) window.addEventListener(moment, watch);
    return () => {
      isOver = true;
      for (const moment of moments) window.removeEventListener(moment, watch);
      end?.();
    };
  }, [sub, secondsLeft]);

  return (
    <SessionContext value={facts}>
      {children}
      <div role="alert" className={notice === null ? 'sr-only' : 'fixed inset-x-0 bottom-0 z-20 p-4'}>
        {notice}
      </div>
    </SessionContext>
  );
}
