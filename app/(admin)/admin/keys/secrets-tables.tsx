import { CELL, type Column, ListTable } from '@/app/_components/frame/list-table';
import { inUtc } from '@/app/_components/frame/times';
import { countSessions, type KeyReport } from '@/lib/server/keys/facts';

const always = (title: string): Column => ({ title, shown: 'always' });
const SECRET_COLUMNS = ['Entry', 'Wraps', 'Refresh tokens'].map(always);
const DATA_KEY_COLUMNS = ['For', 'Keys', 'Wrapped by'].map(always);

const PURPOSES: Readonly<Record<string, string>> = {
  seal: 'Sealed tokens',
  pepper: 'Passwords',
  status_index: 'Status lists',
  limiter: 'Limits',
};

/** The entries of AUTH_SECRET by place and id: what each still does. */
export function SecretsTable({ secrets }: { secrets: KeyReport['secrets'] }) {
  return (
    <ListTable columns={SECRET_COLUMNS} className="max-w-3xl">
      {secrets.map(({ place, id, keys, sessions, sessionsUntil, mayGo }) => (
        <tr key={place}>
          <th scope="row" className={`${CELL.always} font-normal`}>
            <span className="block text-base font-medium">Entry {place}</span>
            <span className="block text-ink-soft">id {id}</span>
            {place === 1 ? <span className="block text-ink-soft">Makes all that is new</span> : null}
            {mayGo ? <span className="block font-semibold text-accent">May go</span> : null}
          </th>
          <td className={`${CELL.always} tabular-nums whitespace-nowrap`}>{count(keys)}</td>
          <td className={CELL.always}>
            <span className="block tabular-nums">{countSessions(sessions)}</span>
            {sessionsUntil === null ? null : (
              <span className="block text-ink-soft">
                until <time dateTime={sessionsUntil}>{inUtc(sessionsUntil)}</time> at the latest
              </span>
            )}
          </td>
        </tr>
      ))}
    </ListTable>
  );
}

/** The random keys by purpose. */
export function DataKeysTable({ keys }: { keys: KeyReport['dataKeys'] }) {
  return (
    <ListTable columns={DATA_KEY_COLUMNS} className="max-w-3xl">
      {keys.map(({ purpose, count: number, place }) => (
        <tr key={`${purpose} ${place}`}>
          <th scope="row" className={`${CELL.always} font-normal`}>
            {PURPOSES[purpose] ?? purpose}
          </th>
          <td className={`${CELL.always} tabular-nums`}>{number}</td>
          <td className={place === null ? `${CELL.always} text-fault` : CELL.always}>
            {place === null ? 'No entry in the list' : `Entry ${place}`}
          </td>
        </tr>
      ))}
    </ListTable>
  );
}

const count = (keys: number): string => `${keys} key${keys === 1 ? '' : 's'}`;
