import type { ReactNode } from 'react';
import { LocalTime } from '@/app/_components/frame/local-time';
import { Moment } from '@/app/_components/frame/moment';
import { ROLE_NAMES } from '@/app/_components/frame/role-names';
import type { AccessClaims } from '@/lib/core/token/claims';
import type { Viewer } from '@/lib/server/sessions/current-user';

type Props = {
  user: Viewer['user'];
  session: AccessClaims;
  /** ISO 8601; null when the session has just been ended. */
  expiresAt: string | null;
  /** Milliseconds. */
  now: number;
};

/** Method names of RFC 8176 in words. */
const METHODS: Readonly<Record<string, string>> = {
  pwd: 'password',
  otp: 'one-time code',
  hwk: 'passkey',
  mfa: 'two factors',
};

/** Who this is and what is known of the session, as a list of facts. */
export function SessionFacts({ user, session, expiresAt, now }: Props) {
  const methods = session.amr.map((method) => METHODS[method] ?? method).join(', ');
  const signedInAt = new Date(session.auth_time * 1000).toISOString();
  return (
    <dl className="divide-y divide-hairline border-y border-hairline">
      <Fact name="Signed in as">
        <bdi>{user.email}</bdi>
      </Fact>
      <Fact name="Role">{ROLE_NAMES[user.role]}</Fact>
      <Fact name="Signed in with">{methods}</Fact>
      <Fact name="Signed in">
        <Moment at={signedInAt} now={now} />
      </Fact>
      {expiresAt === null ? null : (
        <Fact name="Stays signed in">
          at least until <LocalTime at={expiresAt} />
        </Fact>
      )}
      <Fact name="Session">
        <code>{session.sid}</code>
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid gap-x-6 py-3 sm:grid-cols-[11rem_minmax(0,1fr)]">
      <dt className="text-sm text-ink-soft sm:leading-[1.65rem]">{name}</dt>
      <dd className="wrap-anywhere">{children}</dd>
    </div>
  );
}
