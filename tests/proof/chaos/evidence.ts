import type { Passed } from '@/tests/support/server/nginx';
import type { Held, Journal, Standing } from './journal';

/** Something was away between these moments, epoch milliseconds. */
export type Away = { readonly fromMs: number; readonly backMs: number };

/** An instance was killed at `fromMs`, and was healthy again at `backMs`. */
export type Kill = Away & { readonly port: number };

/** A session as the database has it when the run is over. */
export type SessionFacts = {
  readonly id: string;
  readonly person: string;
  readonly counter: number;
  readonly begunAtMs: number;
  /** Null: it is live. */
  readonly endedAtMs: number | null;
  readonly endReason: string | null;
  /** It stands in the revocation list. */
  readonly isRevoked: boolean;
};

/**
 * A refresh with a token that some client was handed, after the run. `current`: the newest of a live session. `replaced`: one
 * that was replaced twice. `stolen`: the newest again, after a replaced one was used. `ended`: of a session that is over.
 */
export type Probe = Held & {
  readonly kind: 'current' | 'replaced' | 'stolen' | 'ended';
  readonly status: number;
};

/** All that is known of a run when it is over. */
export type Evidence = {
  readonly journal: Journal;
  readonly passed: readonly Passed[];
  readonly kills: readonly Kill[];
  /** Of the database: from its end until every instance was ready again. */
  readonly outages: readonly Away[];
  readonly sessions: readonly SessionFacts[];
  readonly standings: readonly Standing[];
  readonly probes: readonly Probe[];
  /** Events of the audit log that tell of a copied token, of the people of the run, before the probes. */
  readonly alarms: readonly string[];
};

export type FindingKind =
  | 'lost session'
  | 'two valid tokens'
  | 'wrong 401'
  | 'failure of its own'
  | '502 without a kill'
  | '503 without an outage'
  | 'no answer'
  | 'unexpected answer'
  | 'replaced password'
  | 'client and table disagree'
  | 'session of nobody'
  | 'half an ending'
  | 'false alarm';

export type Finding = { readonly kind: FindingKind; readonly said: string };
