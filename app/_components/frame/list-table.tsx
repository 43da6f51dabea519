import type { ReactNode } from 'react';

/** Classes of a cell. A `wide` one is hidden on a narrow page: what it says stands in the first cell there. */
export const CELL = {
  always: 'px-4 py-3 align-baseline',
  wide: 'hidden sm:table-cell px-4 py-3 align-baseline',
} as const;

export type Column = { readonly title: string; readonly shown: keyof typeof CELL; readonly isNumber?: boolean };

type Props = { columns: readonly Column[]; children: ReactNode; className?: string };

/** The frame of a table: its head, around rows whose cells follow the same columns. */
export function ListTable({ columns, children, className = '' }: Props) {
  return (
    <div className={`sheet overflow-hidden ${className}`}>
      <table className="w-full text-left text-sm">
        <thead className="text-xs text-ink-soft">
          <tr className="border-b border-hairline">
            {columns.map(({ title, shown, isNumber }) => (
              <th key={title} scope="col" className={`${CELL[shown]} ${isNumber ? 'text-right ' : ''}font-medium`}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-hairline">{children}</tbody>
      </table>
    </div>
  );
}
