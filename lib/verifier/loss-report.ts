import { type Clocks, momentOf, msSince, NEVER } from '@/lib/core/moment';
import type { Loss } from './surroundings';

const QUIET_MS = 60_000;

/**
 * Writes a line of JSON, in the form of the server's own log, for a fetch that was lost: at once for the first, then one a
 * minute at most, with how many were lost since the line before. A self-call that cannot work would else show as 503 to
 * everybody and as nothing to its operator.
 */
export function lossReport(write: (line: string) => void, clocks: Clocks): (loss: Loss) => void {
  let writtenAt = NEVER;
  let count = 0;
  return ({ url, cause }) => {
    count += 1;
    if (msSince(writtenAt, clocks) < QUIET_MS) return;
    const time = new Date(clocks.now() * 1_000).toISOString();
    write(JSON.stringify({ level: 'error', time, event: 'edge.fetch_failed', address: url, reason: cause, count }));
    writtenAt = momentOf(clocks);
    count = 0;
  };
}
