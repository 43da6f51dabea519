import type { Step } from './deeds';
import type { Event } from './events';
import { answered, BEGUN, ended, type Outcome, older, type Row, SPECIFIED } from './session-model';
import type { World } from './world';

// What of a history the server sees: its row, and what is asked of it. Everything else happens in browsers and networks.

/** What somebody does to a session. Tokens are named by how far they are above the row's counter. */
export type Ask =
  | { readonly kind: 'refresh' | 'sign out' | 'login'; readonly above: number }
  | { readonly kind: 'end' | 'claims' | 'backup' | 'restore' };

/** One thing that happens to it. */
export type ServerStep = Ask | { readonly kind: 'wait'; readonly ticks: number };

/** All that decides what the server does next. */
export type ServerState = {
  readonly row: Row;
  readonly backup: { readonly row: Row; readonly behind: number } | null;
};

export const SERVER_START: ServerState = { row: BEGUN, backup: null };

/** What an event of the world asks of the server; null where the server does not notice it. */
export function serverStepOf(world: World, event: Event, { deed }: Step): ServerStep | null {
  if (deed !== null) return { kind: 'refresh', above: deed.above };
  switch (event.kind) {
    case 'wait':
      return event;
    case 'sign out':
    case 'login':
      return { kind: event.kind, above: world.jar?.token ?? 0 };
    case 'end':
    case 'claims':
    case 'backup':
    case 'restore':
      return { kind: event.kind };
    default:
      return null;
  }
}

/** The server's half of a step, by the rules as specified. `rise`: of the counter, below 0 where it went back. */
export function serverStepped(
  { row, backup }: ServerState,
  step: ServerStep,
): { readonly state: ServerState; readonly outcome: Outcome | null; readonly rise: number } {
  const same = { outcome: null, rise: 0 };
  switch (step.kind) {
    case 'wait':
      return {
        state: { row: older(row, step.ticks), backup: backup && { ...backup, row: older(backup.row, step.ticks) } },
        ...same,
      };
    case 'refresh': {
      const { row: after, outcome } = answered(row, step.above, SPECIFIED);
      const rise = outcome.kind === 'token' ? outcome.rise : 0;
      return { state: { row: after, backup: backup && { ...backup, behind: backup.behind + rise } }, outcome, rise };
    }
    case 'sign out':
      return { state: { row: ended(row, 'signed_out'), backup }, ...same };
    case 'login':
      return { state: { row: ended(row, 'superseded'), backup }, ...same };
    case 'end':
      return { state: { row: ended(row, 'ended_by_owner'), backup }, ...same };
    case 'claims':
      return { state: { row, backup }, ...same };
    case 'backup':
      return { state: { row, backup: { row, behind: 0 } }, ...same };
    case 'restore':
      return { state: { row: backup?.row ?? row, backup: null }, outcome: null, rise: -(backup?.behind ?? 0) };
  }
}

/** The model after a trace: its state, the row's counter, the highest one that was handed out, and how often it met reuse. */
export function stateAfter(trace: readonly ServerStep[]): {
  readonly state: ServerState;
  readonly counter: number;
  readonly newest: number;
  readonly reuses: number;
} {
  let state = SERVER_START;
  let [counter, newest, reuses] = [0, 0, 0];
  for (const step of trace) {
    const next = serverStepped(state, step);
    state = next.state;
    counter += next.rise;
    newest = Math.max(newest, counter);
    if (next.outcome?.kind === 'reuse') reuses += 1;
  }
  return { state, counter, newest, reuses };
}

const rowName = ({ age, idle, absolute, end }: Row) => `${age}.${idle}.${absolute}.${end}`;

/** One text for each state of the server. */
export const serverName = ({ row, backup }: ServerState): string =>
  backup === null ? rowName(row) : `${rowName(row)}/${rowName(backup.row)}-${backup.behind}`;

export const stepName = (step: ServerStep): string =>
  step.kind === 'wait' ? `wait ${step.ticks}` : 'above' in step ? `${step.kind} ${step.above}` : step.kind;
