'use client';

import { type ReactNode, useEffect, useState } from 'react';
import { accessOf } from '@/lib/core/http/route-policy';
import { loginPath } from '@/lib/core/http/safe-redirect';
import type { SessionFacts } from '@/lib/core/token/session-facts';
import { noteRunsOutIn } from './fetch-with-session';
import { SessionContext } from './session-context';
import { SessionNotice, type Trouble } from './session-notice';
import { type Change, watchSession } from './session-watch';
import { hasTypedText } from './typed-text';

type Props = {
  readonly session: SessionFacts;
  /** How long its access token is good when the page is made. */
  readonly secondsLeft: number;
  readonly children: ReactNode;
};

/**
 * Lets client components know the session, from the first paint, and keeps a page from showing its owner's data once it is
 * over. Stands around every page of somebody signed in.
 */
export function SessionProvider({ session, secondsLeft, children }: Props) {
  const [facts, setFacts] = useState(session);
  const [trouble, setTrouble] = useState<Trouble | null>(null);

  useEffect(() => {
    setFacts(session);
    noteRunsOutIn(secondsLeft);
  }, [session, secondsLeft]);

  useEffect(() => {
    const onChange = (change: Change) => {
      const left = act(change);
      setTrouble(left === 'stays' && (change === 'over' || change === 'somebody-else') ? change : null);
      if (typeof change === 'object') setFacts(change);
    };
    return watchSession(session.sub, onChange);
  }, [session.sub]);

  return (
    <SessionContext value={facts}>
      {children}
      <SessionNotice trouble={trouble} />
    </SessionContext>
  );
}

/** Leaves or reloads where that is right, and where nothing that was typed is lost by it. */
function act(change: Change): 'leaves' | 'stays' {
  if (typeof change === 'object') return 'stays';
  if (change === 'signed-out' && isProtected()) {
    // Who signs out wants the others to see nothing more of it, whatever else is open.
    location.replace('/login?ended=signed_out');
    return 'leaves';
  }
  if (hasTypedText()) return 'stays';
  if (change === 'over' && isProtected()) {
    location.replace(loginPath(location.pathname + location.search, { isEnded: true }));
  } else {
    location.reload();
  }
  return 'leaves';
}

/** Pages of others than members guard themselves when they are made again. */
function isProtected(): boolean {
  const access = accessOf(location.pathname);
  return access === 'member' || access === 'admin';
}
