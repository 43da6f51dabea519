import Link from 'next/link';
import { CELL, type Column, ListTable } from '@/app/_components/frame/list-table';
import { LocalTime } from '@/app/_components/frame/local-time';
import { ROLE_NAMES } from '@/app/_components/frame/role-names';
import type { ListedUser } from '@/lib/server/users/listed-user';

const COLUMNS: readonly Column[] = [
  { title: 'User', shown: 'always' },
  { title: 'Role', shown: 'wide' },
  { title: 'Joined', shown: 'wide' },
  { title: 'Live sessions', shown: 'always', isNumber: true },
];

/** The users as a table. On a narrow page role and dates move into the first cell, so that nothing is cut off. */
export function UsersTable({ users }: { users: readonly ListedUser[] }) {
  return (
    <ListTable columns={COLUMNS}>
      {users.map((user) => (
        <UserRow key={user.id} user={user} />
      ))}
    </ListTable>
  );
}

function UserRow({ user }: { user: ListedUser }) {
  const { email, name, createdAt, disabledAt, deletesAt, liveSessions } = user;
  const role = ROLE_NAMES[user.role];
  const joined = <LocalTime at={createdAt} />;
  return (
    <tr>
      <th scope="row" className={`${CELL.always} font-normal`}>
        <Link className="link text-base font-medium" href={`/admin/users/${user.id}`}>
          <bdi className="wrap-anywhere">{name ?? email}</bdi>
        </Link>
        {name === null ? null : <bdi className="block text-ink-soft wrap-anywhere">{email}</bdi>}
        {disabledAt === null ? null : (
          <span className="block text-fault">
            Disabled since <LocalTime at={disabledAt} />
          </span>
        )}
        {deletesAt === null ? null : (
          <span className="block text-fault">
            To be deleted <LocalTime at={deletesAt} />
          </span>
        )}
        <span className="block text-ink-soft sm:hidden">
          {role}, joined {joined}
        </span>
      </th>
      <td className={CELL.wide}>{role}</td>
      <td className={`${CELL.wide} whitespace-nowrap`}>{joined}</td>
      <td className={`${CELL.always} text-right tabular-nums`}>{liveSessions}</td>
    </tr>
  );
}
