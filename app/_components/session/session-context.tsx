'use client';

import { createContext, type ReactNode, useContext } from 'react';
import type { Role } from '@/lib/core/token/claims';
import type { SessionFacts } from '@/lib/core/token/session-facts';

export const SessionContext = createContext<SessionFacts | null>(null);

/**
 * The session of the person who is looking; null for a visitor. Known from the first paint, on the server too. What it says
 * decides how a page looks, never what a person may do: that is asked of `requireUser` and `sessionRoute`.
 */
export const useSession = (): SessionFacts | null => useContext(SessionContext);

/** What only somebody signed in is shown; with `only`, people of that role. It hides, and guards nothing. */
export function SignedIn({ only, children }: { only?: Role; children: ReactNode }) {
  const session = useSession();
  return session !== null && (only === undefined || session.role === only) ? children : null;
}

/** What only visitors are shown. */
export function SignedOut({ children }: { children: ReactNode }) {
  return useSession() === null ? children : null;
}
