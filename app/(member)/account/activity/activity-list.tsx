import { Moment } from '@/app/_components/frame/moment';
import { networkOf } from '@/lib/core/http/network-address';
import type { EventView } from '@/lib/server/audit/event-view';
import { EVENT_WORDS, eventDetails } from '@/lib/server/audit/event-words';

/** Events of an account, newest first: what happened, by which device and from which network, and when. `now` in milliseconds. */
export function ActivityList({ events, now }: { events: readonly EventView[]; now: number }) {
  return (
    <ol aria-label="Activity" className="sheet divide-y divide-hairline">
      {events.map((event) => (
        <li key={event.id} className="px-5 py-4 sm:px-6">
          <h3 className="text-base wrap-anywhere">{EVENT_WORDS[event.type]}</h3>
          {eventDetails(event).map((sentence) => (
            <p key={sentence} className="text-sm wrap-anywhere">
              {sentence}
            </p>
          ))}
          <p className="text-sm text-ink-soft wrap-anywhere">{placeOf(event)}</p>
          <p className="text-sm text-ink-soft">
            <Moment at={event.at} now={now} />
          </p>
        </li>
      ))}
    </ol>
  );
}

/** Device and network in one line; an event of the server itself has neither. */
function placeOf({ device, ip }: EventView): string {
  const network = ip === null ? null : `from the network ${networkOf(ip)}`;
  if (device === null) return network === null ? 'Device and network unknown' : `Unknown device, ${network}`;
  return network === null ? device : `${device}, ${network}`;
}
