'use client';

import { useState } from 'react';
import { LocalTime } from '@/app/_components/frame/local-time';
import { inLocalTime } from '@/app/_components/frame/times';
import { useSecondsLeft } from '@/app/_components/frame/use-seconds-left';
import { AgeingStamp } from './ageing-stamp';
import { useRefresh } from './use-refresh';

/** Epoch seconds. */
type Props = { exp: number; iat: number; jti: string; authTime: number; serverNow: number };

/** The access token as a stamp that fades: how long it lasts, how often it was renewed here, and a button to renew it. */
export function SessionStamp({ exp, iat, jti, authTime, serverNow }: Props) {
  const { state, newEnd, refresh } = useRefresh();
  const renewals = useChangesOf(jti);
  // The answer of a refresh is ahead of the page until the page has been rendered with the new token.
  const end = newEnd !== null && newEnd.endsAt > exp ? newEnd : { endsAt: exp, serverNow };
  const left = useSecondsLeft(end.endsAt, end.serverNow);
  const life = Math.max(1, exp - iat);

  return (
    <section aria-label="Access token" className="flex flex-col items-center gap-5">
      <AgeingStamp key={end.endsAt} secondsLeft={left} share={Math.min(1, left / life)} authTime={authTime} />
      <p className="text-center text-sm text-ink-soft">
        {left > 0 ? (
          <>
            Your access token ends at{' '}
            <span className="tabular-nums">
              <LocalTime at={new Date(end.endsAt * 1000).toISOString()} precision="clock" />
            </span>
          </>
        ) : (
          'Your access token has ended. The next thing you do renews it; you need not sign in.'
        )}
      </p>
      <button
        type="button"
        className="needs-scripts button button-primary"
        aria-disabled={state === 'busy'}
        onClick={refresh}
      >
        {state === 'busy' ? <span className="spinner" aria-hidden="true" /> : null}
        Refresh now
      </button>
      <p className="needs-scripts text-sm text-ink-soft">
        Renewed <strong className="font-semibold text-ink tabular-nums">{renewals}</strong>{' '}
        {renewals === 1 ? 'time' : 'times'} since you opened this page
      </p>
      <p role="status" className={state === 'failed' ? 'text-center text-sm text-fault' : 'sr-only'}>
        {state === 'done' ? `Renewed. The access token now ends at ${inLocalTime(end.endsAt * 1000, 'clock')}.` : null}
        {state === 'failed' ? 'Not renewed: the server did not answer. You are still signed in; try again.' : null}
      </p>
    </section>
  );
}

/** How often `value` has changed while the page was open. */
function useChangesOf(value: string): number {
  const [seen, setSeen] = useState({ value, changes: 0 });
  if (seen.value === value) return seen.changes;
  setSeen({ value, changes: seen.changes + 1 });
  return seen.changes + 1;
}
