import type { ReactNode } from 'react';
import { ROLE_NAMES } from '@/app/_components/frame/role-names';
import type { AdminRequest } from '@/lib/server/step-up/admin-requests';

/** All that a change does which waits for its proof. */
export function ChangeSentence({ request }: { request: AdminRequest }) {
  return <p>{sentenceOf(request)}</p>;
}

function sentenceOf(request: AdminRequest): ReactNode {
  const who = <bdi className="font-semibold text-ink wrap-anywhere">{request.email}</bdi>;
  switch (request.action) {
    case 'set_role':
      return request.role === 'admin' ? (
        <>You asked to make {who} an admin. They can do then all that you can do here, to your account too.</>
      ) : (
        <>
          You asked to give {who} the role “{ROLE_NAMES[request.role]}”. The pages of admins are closed to them.
        </>
      );
    case 'set_disabled':
      return request.isDisabled ? (
        <>
          You asked to disable the account of {who}. Every device is signed out, nobody can sign in to it, and its owner
          is told by mail. Nothing is deleted.
        </>
      ) : (
        <>You asked to enable the account of {who} again. Its owner can sign in to it then.</>
      );
    case 'end_sessions':
      return <>You asked to sign {who} out everywhere, in browsers and in programs.</>;
    case 'force_reset':
      return (
        <>
          You asked to delete the password of {who} and to sign every device out. A link to a new password is mailed to
          them. Second factors stay.
        </>
      );
    case 'start_factor_reset':
      return (
        <>
          You asked to begin a reset of all second factors and recovery codes of {who}, for this reason:{' '}
          <bdi className="font-semibold text-ink wrap-anywhere">{request.reason}</bdi>. From a day from now on, the next
          right password removes them. The owner is told at once, and can stop it.
        </>
      );
    case 'stop_factor_reset':
      return <>You asked to stop the reset of the second factors of {who}. They stay as they are.</>;
  }
}
