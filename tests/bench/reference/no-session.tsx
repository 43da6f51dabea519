import type { ReactNode } from 'react';

/** Stands in for `app/session-root.tsx`, where pages are protected by nothing and know nobody. */
export function SessionRoot({ children }: { children: ReactNode }) {
  return children;
}
