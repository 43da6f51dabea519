import type { SessionFacts } from '@/lib/core/token/session-facts';
import { askSession, listenToSession, type Standing } from './fetch-with-session';
import { listenToOtherTabs } from './session-channel';
import { hasTypedText, watchTyping } from './typed-text';

/** New facts of the same person's session, or why the page is not theirs any more. */
export type Change = SessionFacts | 'signed-out' | 'over' | 'somebody-else';

const LEAST_MS_BETWEEN_CHECKS = 2_000;

/**
 * Watches whether the page of `sub` is still theirs. Another tab that signs out or in is heard; a tab that comes to the
 * front asks, because a sign-out without scripts tells no tab; and a page that Back took out of the browser's memory is
 * made again. Only a clear "no" counts: a server in trouble signs no one out. Ends when the returned function is called.
 */
export function watchSession(sub: string, onChange: (change: Change) => void): () => void {
  let lastCheckMs = performance.now();

  const hear = (standing: Exclude<Standing, 'unknown'>) =>
    onChange(standing === 'over' || standing.sub === sub ? standing : 'somebody-else');
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
      if (message === 'signed-out') onChange('signed-out');
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
