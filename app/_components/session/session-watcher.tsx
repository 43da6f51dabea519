'use client';

import { useEffect } from 'react';
import { loginPath } from '@/lib/core/http/safe-redirect';
import { listenToOtherTabs } from './session-channel';

const LEAST_MILLISECONDS_BETWEEN_CHECKS = 2000;

/** Whose page this is, as `GET /api/auth/session` spells it. */
type Shown = { sub: string; sid: string };

/**
 * Keeps a page from showing its owner's data after the session is over. It leaves when another tab signed out, asks when
 * the tab comes to the front (a sign-out without scripts tells no tab), and reloads a page that Back took out of the
 * browser's memory. Only a clear "no" of both endpoints counts: a server in trouble signs no one out.
 */
export function SessionWatcher({ sub, sid }: Shown) {
  useEffect(() => {
    let lastCheck = performance.now();
    let isChecking = false;

    async function check() {
      if (document.visibilityState !== 'visible' || isChecking) return;
      if (performance.now() - lastCheck < LEAST_MILLISECONDS_BETWEEN_CHECKS) return;
      isChecking = true;
      lastCheck = performance.now();
      const standing = await askWhoIsHere({ sub, sid }).catch(() => 'unknown' as const);
      isChecking = false;
      if (standing === 'over') leave();
      if (standing === 'somebody-else') location.reload();
    }

    const onPageShow = (event: PageTransitionEvent) => {
      if (event.persisted) location.reload();
    };
    const stopListening = listenToOtherTabs((message) => {
      if (message === 'signed-out') location.replace('/login?ended=signed_out');
      else location.reload();
    });
    document.addEventListener('visibilitychange', check);
    window.addEventListener('focus', check);
    window.addEventListener('pageshow', onPageShow);
    return () => {
      stopListening();
      document.removeEventListener('visibilitychange', check);
      window.removeEventListener('focus', check);
      window.removeEventListener('pageshow', onPageShow);
    };
  }, [sub, sid]);

  return null;
}

function leave(): void {
  location.replace(loginPath(location.pathname + location.search, { isEnded: true }));
}

async function askWhoIsHere(shown: Shown): Promise<'same' | 'somebody-else' | 'over' | 'unknown'> {
  let answer = await fetch('/api/auth/session', { cache: 'no-store' });
  if (answer.status === 401) {
    const refreshed = await fetch('/api/auth/refresh', { method: 'POST' });
    if (refreshed.status === 401) return 'over';
    if (!refreshed.ok) return 'unknown';
    answer = await fetch('/api/auth/session', { cache: 'no-store' });
  }
  if (!answer.ok) return 'unknown';
  const body: Partial<Shown> = await answer.json();
  return body.sub === shown.sub && body.sid === shown.sid ? 'same' : 'somebody-else';
}
