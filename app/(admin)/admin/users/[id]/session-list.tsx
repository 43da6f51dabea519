import { LocalTime } from '@/app/_components/frame/local-time';
import type { PersonSession } from '@/lib/server/admin/person';

/** Where somebody is signed in. */
export function SessionList({ sessions }: { sessions: readonly PersonSession[] }) {
  if (sessions.length === 0) return <p className="text-ink-soft">Signed in nowhere.</p>;
  return (
    <ul className="sheet divide-y divide-hairline" aria-label="Devices">
      {sessions.map(({ id, kind, device, ip, createdAt, lastSeenAt }) => (
        <li key={id} className="px-5 py-4 text-sm text-ink-soft sm:px-6">
          <h3 className="text-base text-ink">
            {device ?? (kind === 'api' ? 'A program' : 'Unknown device')}
            {kind === 'api' ? ' (API)' : ''}
          </h3>
          {ip === null ? null : <p className="wrap-anywhere">From the network address {ip}</p>}
          <p>
            Last used <LocalTime at={lastSeenAt} />
          </p>
          <p>
            Signed in <LocalTime at={createdAt} />
          </p>
        </li>
      ))}
    </ul>
  );
}
