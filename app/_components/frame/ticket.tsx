import type { ReactNode } from 'react';

/** The ticket that forms stand on. `stub`, below the perforation, holds what is beside the point. */
export function Ticket({ children, stub }: { children: ReactNode; stub?: ReactNode }) {
  return (
    <div className="ticket">
      <div className="ticket-sheet">{children}</div>
      {stub === undefined ? null : <div className="ticket-stub">{stub}</div>}
    </div>
  );
}
