import type { ReactNode } from 'react';
import { inUtc } from '@/app/_components/frame/moment';
import type { KeyReport } from '@/lib/server/keys/facts';

const CELL = 'px-4 py-3 align-baseline';

const PURPOSES: Readonly<Record<string, string>> = {
  seal: 'Sealed tokens',
  pepper: 'Passwords',
  status_index: 'Status lists',
};

/** The entries of AUTH_SECRET by place and id: what each still does. */
export function SecretsTable({ secrets }: { secrets: KeyReport['secrets'] }) {
  return (
    <Sheet columns={['Entry', 'Wraps', 'Refresh tokens']}>
      {secrets.map(({ place, id, keys, sessions, sessionsUntil, mayGo }) => (
        <tr key={place}>
          <th scope="row" className={`${CELL} font-normal`}>
            <span className="block text-base font-medium">Entry {place}</span>
            <span className="block text-ink-soft">id {id}</span>
            {place === 1 ? <span className="block text-ink-soft">Makes all that is new</span> : null}
            {mayGo ? <span className="block font-semibold text-accent">May go</span> : null}
          </th>
          <td className={`${CELL} tabular-nums whitespace-nowrap`}>{count(keys, 'key')}</td>
          <td className={CELL}>
            <span className="block tabular-nums">{count(sessions, 'live session')}</span>
            {sessionsUntil === null ? null : (
              <span className="block text-ink-soft">
                until <time dateTime={sessionsUntil}>{inUtc(sessionsUntil)}</time> at the latest
              </span>
            )}
          </td>
        </tr>
      ))}
    </Sheet>
  );
}

/** The random keys by purpose. */
export function DataKeysTable({ keys }: { keys: KeyReport['dataKeys'] }) {
  return (
    <Sheet columns={['For', 'Keys', 'Wrapped by']}>
      {keys.map(({ purpose, count: number, place }) => (
        <tr key={`${purpose} ${place}`}>
          <th scope="row" className={`${CELL} font-normal`}>
            {PURPOSES[purpose] ?? purpose}
          </th>
          <td className={`${CELL} tabular-nums`}>{number}</td>
          <td className={place === null ? `${CELL} text-fault` : CELL}>
            {place === null ? 'No entry in the list' : `Entry ${place}`}
          </td>
        </tr>
      ))}
    </Sheet>
  );
}

function Sheet({ columns, children }: { columns: readonly string[]; children: ReactNode }) {
  return (
    <div className="sheet max-w-3xl overflow-hidden">
      <table className="w-full text-left text-sm">
        <thead className="text-xs text-ink-soft">
          <tr className="border-b border-hairline">
            {columns.map((column) => (
              <th key={column} scope="col" className={`${CELL} font-medium`}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-hairline">{children}</tbody>
      </table>
    </div>
  );
}

const count = (number: number, thing: string): string => `${number} ${thing}${number === 1 ? '' : 's'}`;
