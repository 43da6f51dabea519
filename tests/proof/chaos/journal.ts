/** What a client did, by its meaning for sessions. */
export type What =
  | 'page'
  | 'api'
  | 'asset'
  | 'action'
  | 'refresh'
  | 'sign in'
  | 'sign out'
  | 'end others'
  | 'end one'
  | 'change password';

/** A refresh token: of which session, and how often that had rotated. */
export type Held = { readonly session: string; readonly counter: number };

/** One that a client was handed; `text` is the token itself. */
export type Handed = Held & { readonly text: string };

/** One request of one client, written down when it was answered. Times are epoch milliseconds. */
export type Entry = {
  /** Under which nginx knows it too. */
  readonly id: string;
  readonly client: number;
  readonly person: string;
  readonly what: What;
  readonly fromMs: number;
  readonly untilMs: number;
  /** 0: no answer. */
  readonly status: number;
  /** A 401, or led to the login page. */
  readonly isRefused: boolean;
  /** The refresh token that it brought. */
  readonly brought: Held | null;
  readonly handed: Handed | null;
  /** Of a sign-in, which of the person's passwords was sent; of a change, which was to be set. They are counted from 0. */
  readonly password: number | null;
  /** Of `end one`: which session. */
  readonly target: string | null;
  /** The code of a problem, or the place that it led to. */
  readonly words: string;
};

/** What the database said of a session when its client was refused and asked there. */
export type Doubt = {
  readonly client: number;
  readonly session: string;
  readonly atMs: number;
  readonly isLive: boolean;
};

/** A client, as it stands when all is over. */
export type Standing = {
  readonly client: number;
  readonly person: string;
  /** The refresh token in its jar; null: it has none. */
  readonly held: Held | null;
};

export type Journal = {
  readonly entries: Entry[];
  readonly doubts: Doubt[];
  /** What was handed out before the run, by no request. */
  readonly prepared: (Handed & { readonly client: number })[];
};

export const newJournal = (): Journal => ({ entries: [], doubts: [], prepared: [] });

/** What each of these is answered with when nothing is wrong. */
export const EXPECTED: Readonly<Record<What, readonly number[]>> = {
  page: [200],
  api: [200],
  asset: [200],
  action: [200],
  refresh: [200],
  'sign in': [200],
  'sign out': [204],
  'end others': [204],
  // 404: it was over already.
  'end one': [204, 404],
  'change password': [204],
};

/** The requests of each person. */
export function byPerson(entries: readonly Entry[]): Map<string, Entry[]> {
  const people = new Map<string, Entry[]>();
  for (const entry of entries) {
    const own = people.get(entry.person);
    if (own === undefined) people.set(entry.person, [entry]);
    else own.push(entry);
  }
  return people;
}
