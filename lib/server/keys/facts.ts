import 'server-only';

/** Live sessions are counted so far: this number means so many or more. Counting all would read the whole table. */
export const MAX_COUNTED_SESSIONS = 1_000;

/** "1 live session", "1,000 or more live sessions" */
export const countSessions = (sessions: number, thing = 'live session'): string =>
  sessions < MAX_COUNTED_SESSIONS
    ? `${sessions} ${thing}${sessions === 1 ? '' : 's'}`
    : `${MAX_COUNTED_SESSIONS.toLocaleString('en')} or more ${thing}s`;

/** A signing key as shown. Times are ISO 8601; `until` is the end of its present state, null when none is set. */
export type ReportedKey = {
  readonly kid: string;
  readonly algorithm: string;
  readonly state: 'next' | 'ready' | 'current' | 'retired' | 'gone';
  readonly since: string;
  readonly until: string | null;
};

/** An entry of `AUTH_SECRET`: its place in the list and its id, never the secret. */
export type ReportedSecret = {
  /** From 1. The first makes, all are accepted. */
  readonly place: number;
  readonly id: number;
  /** Stored keys that it wraps. */
  readonly keys: number;
  /** Live sessions whose newest refresh token it made, `MAX_COUNTED_SESSIONS` at most. */
  readonly sessions: number;
  /**
   * When the last of those sessions ends at the latest, if it is not refreshed before; null when there is none. Where
   * not all are counted, the end of their absolute lifetime.
   */
  readonly sessionsUntil: string | null;
  /** True for an old entry that nothing needs any more. */
  readonly mayGo: boolean;
};

export type KeyReport = {
  /** The database's clock. */
  readonly at: string;
  readonly signing: readonly ReportedKey[];
  readonly rotation: {
    readonly everyDays: number;
    readonly due: 'off' | 'not_due' | 'waiting' | 'due';
    readonly dueAt: string | null;
    /** From when the next key may sign; null when there is none. */
    readonly readyAt: string | null;
  };
  /** Random keys by purpose and the place of the entry that wraps them; null: none in the list does. */
  readonly dataKeys: readonly { readonly purpose: string; readonly count: number; readonly place: number | null }[];
  readonly secrets: readonly ReportedSecret[];
  /** Stored keys that no entry of the list opens. */
  readonly unopened: readonly { readonly id: string; readonly purpose: string }[];
  /** Live sessions whose refresh token was made by a secret that was not noted, or that is not in the list. */
  readonly otherSessions: { readonly unknown: SessionsHeld; readonly unlisted: SessionsHeld };
  /** What to do, and what to type. Never empty. */
  readonly advice: readonly Advice[];
};

export type SessionsHeld = { readonly sessions: number; readonly until: string | null };
export type KeyFacts = Omit<KeyReport, 'advice'>;

/** One thing to do, or to know, about keys. Times in the sentence are ISO 8601 between `<` and `>`. */
export type Advice = {
  /** True: an operator has something to do. */
  readonly isDue: boolean;
  readonly text: string;
  /** What to type; null when there is nothing to type (yet). */
  readonly command: string | null;
};
