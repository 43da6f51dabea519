/** Stands in for `lib/server/sessions/session-if-known.ts`, where nobody is known. */
export const sessionIfKnown = async (): Promise<null> => null;
