import { LocalTime } from '@/app/_components/frame/local-time';
import type { EventView } from '@/lib/server/audit/event-view';
import { EVENT_WORDS, eventDetails } from '@/lib/server/audit/event-words';

type Props = { events: readonly EventView[]; addresses: Readonly<Record<string, string>>; about?: string };

/** Events, newest first: what, whom, by whom, from where. `addresses`: of the people in them, by id; `about`: whose page it is. */
export function EventList({ events, addresses, about }: Props) {
  if (events.length === 0) return <p className="text-ink-soft">There is no such event.</p>;
  const nameOf = (id: string) => addresses[id] ?? id;
  return (
    <ol className="sheet divide-y divide-hairline" aria-label="Audit log">
      {events.map((event) => (
        <li
          key={event.id}
          className="grid gap-x-6 gap-y-1 px-5 py-3 text-sm text-ink-soft sm:grid-cols-[1fr_max-content] sm:px-6"
        >
          <div className="min-w-0">
            <p className="text-base text-ink">{EVENT_WORDS[event.type]}</p>
            {event.user === null || event.user === about ? null : (
              <p className="wrap-anywhere">
                Account: <bdi>{nameOf(event.user)}</bdi>
              </p>
            )}
            {event.actor === null ? null : (
              <p className="wrap-anywhere">
                Done by: <bdi>{nameOf(event.actor)}</bdi>
              </p>
            )}
            {eventDetails({ ...event, actor: null }).map((sentence) => (
              <p key={sentence} className="wrap-anywhere">
                <bdi>{sentence}</bdi>
              </p>
            ))}
            {event.device === null && event.ip === null ? null : (
              <p className="wrap-anywhere">{[event.device, event.ip].filter((part) => part !== null).join(', ')}</p>
            )}
          </div>
          <p>
            <LocalTime at={event.at} precision="seconds" />
          </p>
        </li>
      ))}
    </ol>
  );
}
