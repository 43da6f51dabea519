import type { ReactNode } from 'react';
import { sessionFacts } from '@/lib/core/token/session-facts';
import { sessionIfKnown } from '@/lib/server/sessions/session-if-known';
import { SessionProvider } from './_components/session/session-provider';

/**
 * Tells client components whose session it is, and watches it, on every page that somebody signed in looks at. Visitors get
 * none of its script. It guards nothing.
 */
export async function SessionRoot({ children }: { children: ReactNode }) {
  const session = await sessionIfKnown();
  if (session === null) return children;
  return (
    <SessionProvider session={sessionFacts(session)} secondsLeft={session.exp - Date.now() / 1000}>
      {children}
    </SessionProvider>
  );
}
