import type { SessionFacts } from './evidence';
import type { Entry } from './journal';

/** Times of the database have whole milliseconds, and those of requests have not. */
const ROUNDING_MS = 5;
/** What a killed instance had sent to the database may be done after its client knows of the kill. */
const AFTERWARDS_MS = 1_000;

/** True where the answer says that nothing was done. */
const isSureRefusal = ({ status }: Entry): boolean => status >= 400 && status < 500;

/** True where nobody knows whether it was done. */
export const isUnknown = ({ status }: Entry): boolean => status === 0 || status >= 500;

const isWithin = (atMs: number, { fromMs, untilMs }: Entry): boolean =>
  atMs >= fromMs - ROUNDING_MS && atMs <= untilMs + AFTERWARDS_MS;

/** The request by which its own person ended that session, as the database says that it ended; undefined: nobody asked for it. */
export function endedBy(session: SessionFacts, ofPerson: readonly Entry[]): Entry | undefined {
  const { id, endedAtMs, endReason } = session;
  if (endedAtMs === null) return undefined;
  const fits = ({ what, brought, target }: Entry): boolean => {
    const isItself = brought?.session === id;
    switch (endReason) {
      case 'signed_out':
        return what === 'sign out' && isItself;
      case 'ended_by_owner':
        return (what === 'end others' && !isItself) || (what === 'end one' && target === id);
      case 'password_changed':
        return what === 'change password' && !isItself;
      case 'superseded':
        return (what === 'change password' || what === 'sign in') && isItself;
      default:
        return false;
    }
  };
  return ofPerson.find((entry) => fits(entry) && !isSureRefusal(entry) && isWithin(endedAtMs, entry));
}

/** Requests that may have begun a session which nobody was told of: their answer was lost. */
export const mayHaveBegun = (session: SessionFacts, ofPerson: readonly Entry[]): Entry[] =>
  ofPerson.filter(
    (entry) =>
      (entry.what === 'sign in' || entry.what === 'change password') &&
      isUnknown(entry) &&
      isWithin(session.begunAtMs, entry),
  );
