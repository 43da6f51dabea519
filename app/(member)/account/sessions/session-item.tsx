import { LocalTime } from '@/app/_components/frame/local-time';
import { Moment } from '@/app/_components/frame/moment';
import type { SessionSummary } from '@/lib/server/sessions/list';
import { endOne } from './actions';
import { ConfirmedForm } from './confirmed-form';

/** One session: which device, since when, until when. `now` in milliseconds. */
export function SessionItem({ session, now }: { session: SessionSummary; now: number }) {
  const { id, current, kind, audience, createdAt, lastSeenAt, expiresAt, ip } = session;
  const device = session.device ?? (kind === 'api' ? 'A program' : 'Unknown device');
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 px-5 py-4 sm:px-6">
      <div className="min-w-0">
        <h3 className="flex flex-wrap items-center gap-x-3 text-base">
          {device}
          {kind === 'api' ? (
            <span className="rounded-sm border border-hairline px-2 text-xs font-semibold text-ink-soft">API</span>
          ) : null}
          {current ? (
            <span className="badge rounded-sm bg-accent-wash px-2 text-xs font-semibold text-accent">This browser</span>
          ) : null}
        </h3>
        {audience === null ? null : <p className="text-sm text-ink-soft wrap-anywhere">For {audience}</p>}
        {ip === null ? null : <p className="text-sm text-ink-soft wrap-anywhere">From the network address {ip}</p>}
        <p className="text-sm text-ink-soft">
          Last used <Moment at={lastSeenAt} now={now} />
        </p>
        <p className="text-sm text-ink-soft">
          Signed in <LocalTime at={createdAt} />
        </p>
        <p className="text-sm text-ink-soft">
          Stays signed in at least until <LocalTime at={expiresAt} />
        </p>
      </div>
      {current ? null : (
        <ConfirmedForm
          action={endOne}
          fields={{ sessionId: id }}
          label="End session"
          about={
            <>
              {device}, signed in <LocalTime at={createdAt} />
            </>
          }
          busyLabel="Ending the session"
          title={`End the session on ${device}?`}
          text={
            <>
              Whoever uses it has to sign in again. You stay signed in here. It was signed in{' '}
              <LocalTime at={createdAt} />
            </>
          }
        />
      )}
    </li>
  );
}
