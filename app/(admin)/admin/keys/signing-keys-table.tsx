import { CELL, type Column, ListTable } from '@/app/_components/frame/list-table';
import { inUtc } from '@/app/_components/frame/times';
import type { ReportedKey } from '@/lib/server/keys/facts';

const COLUMNS: readonly Column[] = [
  { title: 'Key', shown: 'always' },
  { title: 'State', shown: 'always' },
  { title: 'Since', shown: 'wide' },
  { title: 'Until', shown: 'wide' },
];

const STATES = {
  next: { name: 'Next', until: 'May sign from' },
  ready: { name: 'Next, may sign', until: '' },
  current: { name: 'Current', until: '' },
  retired: { name: 'Retired', until: 'Published until' },
  gone: { name: 'Gone', until: '' },
} as const;

/** The signing keys as a table. On a narrow page the dates move into the first cell, so that nothing is cut off. */
export function SigningKeysTable({ keys }: { keys: readonly ReportedKey[] }) {
  return (
    <ListTable columns={COLUMNS}>
      {keys.map((key) => (
        <KeyRow key={key.kid} signingKey={key} />
      ))}
    </ListTable>
  );
}

function KeyRow({ signingKey: { kid, algorithm, state, since, until } }: { signingKey: ReportedKey }) {
  const { name, until: untilLabel } = STATES[state];
  const isCurrent = state === 'current';
  return (
    <tr>
      <th scope="row" className={`${CELL.always} font-normal`}>
        <code className="block text-base font-medium">{kid}</code>
        <span className="block text-ink-soft">{algorithm}</span>
        <span className="block text-ink-soft sm:hidden">
          Since <Time at={since} />
        </span>
        {until === null ? null : (
          <span className="mt-1 block text-ink-soft sm:hidden">
            {untilLabel} <Time at={until} />
          </span>
        )}
      </th>
      <td className={`${CELL.always} ${state === 'gone' ? 'text-ink-soft' : ''}`}>
        {isCurrent ? (
          <span className="badge rounded-sm bg-accent-wash px-2 font-semibold text-accent">{name}</span>
        ) : (
          name
        )}
      </td>
      <td className={`${CELL.wide} whitespace-nowrap`}>
        <Time at={since} />
      </td>
      <td className={CELL.wide}>
        {until === null ? (
          <span className="text-ink-soft">{state === 'gone' ? '–' : 'No end set'}</span>
        ) : (
          <>
            <span className="block text-ink-soft">{untilLabel}</span>
            <span className="whitespace-nowrap">
              <Time at={until} />
            </span>
          </>
        )}
      </td>
    </tr>
  );
}

const Time = ({ at }: { at: string }) => <time dateTime={at}>{inUtc(at)}</time>;
