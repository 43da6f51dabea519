import type { ReactNode } from 'react';
import { LocalTime } from '@/app/_components/frame/local-time';
import { ROLE_NAMES } from '@/app/_components/frame/role-names';
import type { AdminPerson } from '@/lib/server/admin/person';

/** Who somebody is, what protects their account, and what is pending. `requestedBy`: the address of an admin. */
export function PersonFacts({ person, requestedBy }: { person: AdminPerson; requestedBy: string | null }) {
  const { email, name, role, id, createdAt, disabledAt, deletesAt, factorReset } = person;
  return (
    <dl className="sheet grid gap-x-6 gap-y-3 p-5 text-sm sm:grid-cols-[max-content_1fr] sm:p-6">
      <Fact title="Email">
        <bdi className="wrap-anywhere">{email}</bdi>
      </Fact>
      <Fact title="Name">{name === null ? 'None' : <bdi className="wrap-anywhere">{name}</bdi>}</Fact>
      <Fact title="Role">{ROLE_NAMES[role]}</Fact>
      <Fact title="Id">
        <span className="font-mono wrap-anywhere">{id}</span>
      </Fact>
      <Fact title="Joined">
        <LocalTime at={createdAt} />
      </Fact>
      {disabledAt === null ? null : (
        <Fact title="Disabled">
          <span className="text-fault">
            Since <LocalTime at={disabledAt} />
          </span>
        </Fact>
      )}
      {deletesAt === null ? null : (
        <Fact title="To be deleted">
          <span className="text-fault">
            By its owner, <LocalTime at={deletesAt} />
          </span>
        </Fact>
      )}
      <Fact title="Protected by">{protectionOf(person)}</Fact>
      {factorReset === null ? null : (
        <Fact title="Factor reset">
          <span className="text-fault">
            Begun by {requestedBy === null ? 'the operator' : <bdi className="wrap-anywhere">{requestedBy}</bdi>}:{' '}
            <bdi className="wrap-anywhere">{factorReset.reason}</bdi>
          </span>
          <span className="block">
            The next right password removes the factors from <LocalTime at={factorReset.notBefore} />
          </span>
        </Fact>
      )}
    </dl>
  );
}

function Fact({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="sm:contents">
      <dt className="font-semibold">{title}</dt>
      <dd className="min-w-0 text-ink-soft">{children}</dd>
    </div>
  );
}

function protectionOf({ hasPassword, factors }: Pick<AdminPerson, 'hasPassword' | 'factors'>): string {
  const { totp, passkeys, recoveryCodesLeft: codes } = factors;
  const parts = [
    hasPassword ? 'a password' : 'no password',
    ...(totp ? ['an authenticator app'] : []),
    ...(passkeys > 0 ? [passkeys === 1 ? 'one passkey' : `${passkeys} passkeys`] : []),
    ...(totp || passkeys > 0 ? [codes === 1 ? 'one recovery code' : `${codes} recovery codes`] : []),
  ];
  const text = parts.join(', ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
