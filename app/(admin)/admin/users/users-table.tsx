import { inUtc } from '@/app/_components/moment';
import type { ListedUser } from '@/lib/server/user-store';

const WIDE = 'hidden sm:table-cell px-4 py-3 align-baseline';
const NARROW = 'px-4 py-3 align-baseline';

/** The users as a table. On a narrow page role and dates move into the first cell, so that nothing is cut off. */
export function UsersTable({ users }: { users: readonly ListedUser[] }) {
  return (
    <div className="sheet overflow-hidden">
      <table className="w-full text-left text-sm">
        <thead className="text-xs text-ink-soft">
          <tr className="border-b border-hairline">
            <th scope="col" className={`${NARROW} font-medium`}>
              User
            </th>
            <th scope="col" className={`${WIDE} font-medium`}>
              Role
            </th>
            <th scope="col" className={`${WIDE} font-medium`}>
              Joined
            </th>
            <th scope="col" className={`${NARROW} text-right font-medium`}>
              Live sessions
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-hairline">
          {users.map((user) => (
            <UserRow key={user.id} user={user} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function UserRow({ user }: { user: ListedUser }) {
  const { email, name, createdAt, disabledAt, liveSessions } = user;
  const role = user.role === 'admin' ? 'Admin' : 'Member';
  const joined = <time dateTime={createdAt}>{inUtc(createdAt)}</time>;
  return (
    <tr>
      <th scope="row" className={`${NARROW} font-normal`}>
        <span className="block text-base font-medium wrap-anywhere">{name ?? email}</span>
        {name === null ? null : <span className="block text-ink-soft wrap-anywhere">{email}</span>}
        {disabledAt === null ? null : <span className="block text-fault">Disabled since {inUtc(disabledAt)}</span>}
        <span className="block text-ink-soft sm:hidden">
          {role}, joined {joined}
        </span>
      </th>
      <td className={WIDE}>{role}</td>
      <td className={`${WIDE} whitespace-nowrap`}>{joined}</td>
      <td className={`${NARROW} text-right tabular-nums`}>{liveSessions}</td>
    </tr>
  );
}
