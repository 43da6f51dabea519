import type { TableScans } from '@/tests/support/database/scans';
import { beginningOf } from '@/tests/support/database/statements';
import type { RunPlan } from './plans';
import type { Table } from './report';

/** What PostgreSQL read for logins and refreshes: what it counted, and how it went about each statement. */
export function databaseReads(live: number, scans: readonly TableScans[], plans: readonly RunPlan[] | null): Table[] {
  const counted: Table = {
    heading: `What PostgreSQL reads for them, at ${live.toLocaleString('en')} sessions`,
    columns: ['', 'scans of the whole table', 'indexes used'],
    rows: scans.map(({ table, wholeScans, indexes }) => [table, String(wholeScans), indexes.join(', ') || '-']),
    notes: [
      'By its own counters (`pg_stat_user_tables`, `pg_stat_user_indexes`), over two seconds of logins and a refresh.',
    ],
  };
  if (plans === null) return [counted];
  const explained: Table = {
    heading: 'How it runs their statements',
    columns: ['', 'reads whole', 'by index'],
    rows: [...byStatement(plans)].map(([beginning, { wholeTables, indexes }]) => [
      `\`${beginning}\``,
      counts(wholeTables),
      counts(indexes),
    ]),
    notes: ['As `EXPLAIN` shows them, with their real parameters: `auto_explain` wrote each down as it ran.'],
  };
  return [counted, explained];
}

/** One plan a statement: the last, if there were several. */
function byStatement(plans: readonly RunPlan[]): Map<string, RunPlan> {
  return new Map(plans.map((plan) => [beginningOf(plan.sql), plan]));
}

function counts(names: readonly string[]): string {
  const unique = [...new Set(names)].sort();
  const times = (name: string) => names.filter((one) => one === name).length;
  return unique.map((name) => (times(name) > 1 ? `${name} × ${times(name)}` : name)).join(', ') || '-';
}
