import type { ReactNode } from 'react';
import { accessOf } from '@/lib/core/http/route-policy';
import { loginPath } from '@/lib/core/http/safe-redirect';
import type { SessionFacts } from '@/lib/core/token/session-facts';
import { askSession, listenToSession, noteRunsOutIn, type Standing } from './fetch-with-session';
import { listenToOtherTabs } from './session-channel';
import { SessionNotice } from './session-notice';
import { hasTypedText, watchTyping } from './typed-text';

type Watch = {
  /** Whose page it is. */
  readonly sub: string;
  readonly secondsLeft: number;
  /** Hears what is newly known of the same person's session. */
  onFacts(facts: SessionFacts): void;
  /** Shows what keeps the page from being left; null takes it away. */
  onNotice(notice: ReactNode): void;
};

const LEAST_MS_BETWEEN_CHECKS = 2_000;

/**
 * Keeps a page from showing its owner's data once it is over, until the returned function is called. Another tab that signs
 * out or in is heard; a tab that comes to the front asks, because a sign-out without scripts tells no tab; and a page that
 * Back took out of the browser's memory is made again. Only a clear "no" counts: a server in trouble signs no one out. Where
 * something was typed, the page stays and says what happened, unless this browser signed out by itself.
 */
export function watchSession({ sub, secondsLeft, onFacts, onNotice }: Watch): () => void {
  let lastCheckMs = performance.now();
  noteRunsOutIn(secondsLeft);

  const hear = (standing: Exclude<Standing, 'unknown'>) => {
    if (standing === 'over') return onNotice(leave());
    if (standing.sub !== sub) return onNotice(reload());
    onFacts(standing);
    onNotice(null);
  };
  const onFocus = () => {
    if (document.visibilityState !== 'visible' || performance.now() - lastCheckMs < LEAST_MS_BETWEEN_CHECKS) return;
    lastCheckMs = performance.now();
    void askSession();
  };
  const onPageShow = ({ persisted }: PageTransitionEvent) => {
    if (!persisted) return;
    if (hasTypedText()) void askSession();
    else location.reload();
  };

  const ends = [
    watchTyping(),
    listenToSession(hear),
    listenToOtherTabs((message) => {
      if (message === 'signed-out') signedOut();
      else void askSession();
    }),
  ];
  document.addEventListener('visibilitychange', onFocus);
  window.addEventListener('focus', onFocus);
  window.addEventListener('pageshow', onPageShow);
  return () => {
    for (const end of ends) end();
    document.removeEventListener('visibilitychange', onFocus);
    window.removeEventListener('focus', onFocus);
    window.removeEventListener('pageshow', onPageShow);
  };
}

const here = (): string => location.pathname + location.search;

/** Pages of others than members guard themselves when they are made again. */
function isProtected(): boolean {
  const access = accessOf(location.pathname);
  return access === 'member' || access === 'admin';
}

/** Who signs out wants others to see nothing more of it, whatever else is open. */
function signedOut(): void {
  if (isProtected()) location.replace('/login?ended=signed_out');
  else if (!hasTypedText()) location.reload();
}

/** The session is over: away from the page, or what to say where it stays. */
function leave(): ReactNode {
  if (hasTypedText()) return <SessionNotice trouble="over" here={here()} />;
  if (isProtected()) location.replace(loginPath(here(), { isEnded: true }));
  else location.reload();
  return null;
}

/** The page is another person's: make it again, or say so where it stays. */
function reload(): ReactNode {
  if (hasTypedText()) return <SessionNotice trouble="somebody-else" here={here()} />;
  location.reload();
  return null;
}
