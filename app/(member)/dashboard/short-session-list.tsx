import { Moment } from '@/app/_components/frame/moment';
import type { SessionSummary } from '@/lib/server/sessions/list';

const SHOWN = 4;

/** The first few sessions; all of them are on /account/sessions. `now` in milliseconds. */
export function ShortSessionList({ sessions, now }: { sessions: readonly SessionSummary[]; now: number }) {
  const more = sessions.length - SHOWN;
  return (
    <ul className="mt-3 divide-y divide-hairline border-y border-hairline">
      {sessions.slice(0, SHOWN).map(({ id, current, device, kind, lastSeenAt }) => (
        <li key={id} className="flex flex-wrap items-baseline justify-between gap-x-6 py-3">
          <span className="font-medium">{device ?? (kind === 'api' ? 'A program' : 'Unknown device')}</span>
          <span className="text-sm text-ink-soft">
            {current ? (
              'This browser'
            ) : (
              <>
                last used <Moment at={lastSeenAt} now={now} />
              </>
            )}
          </span>
        </li>
      ))}
      {more > 0 ? <li className="py-3 text-sm text-ink-soft">and {more} more</li> : null}
    </ul>
  );
}
