import { LocalTime } from '@/app/_components/frame/local-time';
import { Moment } from '@/app/_components/frame/moment';
import type { SessionSummary } from '@/lib/server/sessions/list';
import { endOne } from './actions';
import { ConfirmedForm } from './confirmed-form';
import { proofWords } from './proof-words';
import { RenameSession } from './rename-session';

/** One session: which device, since when, until when. `now` in milliseconds. */
export function SessionItem({ session, now }: { session: SessionSummary; now: number }) {
  const { id, current, kind, audience, name, createdAt, lastSeenAt, expiresAt, network, boundTo } = session;
  const device = session.device ?? (kind === 'api' ? 'A program' : 'Unknown device');
  const called = name ?? device;
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 px-5 py-4 sm:px-6">
      <div className="min-w-0">
        <h3 className="flex flex-wrap items-center gap-x-3 text-base">
          <bdi className="wrap-anywhere">{called}</bdi>
          {kind === 'api' ? (
            <span className="rounded-sm border border-hairline px-2 text-xs font-semibold text-ink-soft">API</span>
          ) : null}
          {current ? (
            <span className="badge rounded-sm bg-accent-wash px-2 text-xs font-semibold text-accent">This browser</span>
          ) : null}
        </h3>
        {audience === null ? null : <p className="text-sm text-ink-soft wrap-anywhere">For {audience}</p>}
        {name === null ? null : <p className="text-sm text-ink-soft">{device}</p>}
        {network === null ? null : <p className="text-sm text-ink-soft wrap-anywhere">From the network {network}</p>}
        {boundTo === null ? null : (
          <p className="text-sm text-ink-soft wrap-anywhere">Worth nothing outside of the network {boundTo}</p>
        )}
        <p className="text-sm text-ink-soft">
          Last used <Moment at={lastSeenAt} now={now} />
        </p>
        <p className="text-sm text-ink-soft">
          First signed in <LocalTime at={createdAt} />
        </p>
        <Proof session={session} />
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
              {called}, signed in <LocalTime at={createdAt} />
            </>
          }
          busyLabel="Ending the session"
          title={`End the session on ${called}?`}
          text={
            <>
              Whoever uses it has to sign in again. You stay signed in here. It was signed in{' '}
              <LocalTime at={createdAt} />
            </>
          }
        />
      )}
      <RenameSession {...{ id, name, device }} />
    </li>
  );
}

/** By what its person proved who they are, and when they last did. */
function Proof({ session: { kind, amr, authTime } }: { session: SessionSummary }) {
  const words = proofWords(amr);
  return (
    <p className="text-sm text-ink-soft">
      {kind === 'api' ? 'By a program.' : 'In a browser.'} Last proof{words === null ? '' : `, by ${words}`}:{' '}
      <LocalTime at={authTime} />
    </p>
  );
}
