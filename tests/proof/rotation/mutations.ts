import type { Promised } from './invariants';
import { type Rules, SPECIFIED } from './session-model';

/** One way to get rotation wrong: in the model's rules, and as an edit of the real source. */
export type Mutation = {
  readonly name: string;
  readonly rules: Rules;
  /** The promise that breaks first. */
  readonly breaks: Promised;
  readonly edit: { readonly file: string; readonly find: string; readonly replace: string };
};

const STORE = 'lib/server/sessions/session-store.ts';
const REFRESH = 'lib/server/sessions/refresh.ts';

/** The seven that have been found in the wild, or nearly. Each text stands once in its file. */
export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'the window slides: a convergence begins the grace anew',
    rules: { ...SPECIFIED, slides: true },
    breaks: 'live',
    edit: {
      file: REFRESH,
      find: "tell('converge');",
      replace: `tell('converge');
        await db().$executeRaw\`UPDATE "Session" SET "rotatedAt" = now() WHERE id = \${row.id}\`;`,
    },
  },
  {
    name: 'a condition is missing in the WHERE: that the session has not ended',
    rules: { ...SPECIFIED, forgetsEnd: true },
    breaks: 'ended',
    edit: {
      file: STORE,
      find: `AND s."secretHash" = \${secretHash} AND s."endedAt" IS NULL`,
      replace: `AND s."secretHash" = \${secretHash}`,
    },
  },
  {
    name: 'the parent of the parent is accepted',
    rules: { ...SPECIFIED, parents: 2 },
    breaks: 'live',
    edit: {
      file: 'lib/core/session/rotation.ts',
      find: 'presentedCounter === state.counter - 1;',
      replace: 'presentedCounter === state.counter - 1 || presentedCounter === state.counter - 2;',
    },
  },
  {
    name: 'what reuse writes is undone, because the answer is an error',
    rules: { ...SPECIFIED, undoesReuse: true },
    breaks: 'ended',
    edit: {
      file: REFRESH,
      find: '(await endForReuse(row, facts))',
      replace: `(await db().$transaction(async (tx) => {
          await tx.session.update({ where: { id: row.id }, data: { endedAt: new Date(), endReason: 'reuse_detected' } });
          throw new Error('undone');
        }).catch(() => true))`,
    },
  },
  {
    name: 'the current token rotates inside the grace too',
    rules: { ...SPECIFIED, rotatesInGrace: true },
    breaks: 'once',
    edit: {
      file: STORE,
      find: `s."rotatedAt" <= now() - \${graceSeconds} * interval '1 second'`,
      replace: `s."rotatedAt" <= now() - \${graceSeconds * 0} * interval '1 second'`,
    },
  },
  {
    name: 'a smaller counter is adopted',
    rules: { ...SPECIFIED, adoptsBelow: true },
    breaks: 'live',
    edit: { file: STORE, find: `s.counter < \${counter}::bigint OR`, replace: `s.counter <> \${counter}::bigint OR` },
  },
  {
    name: 'the idle end is renewed past the absolute one',
    rules: { ...SPECIFIED, passesAbsolute: true },
    breaks: 'absolute',
    edit: {
      file: STORE,
      find: `least(now() + s."idleSeconds" * interval '1 second', s."absoluteExpiresAt")`,
      replace: `now() + s."idleSeconds" * interval '1 second'`,
    },
  },
];
