import 'server-only';
import { subscribe } from 'node:diagnostics_channel';
import type { Server, ServerResponse } from 'node:http';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { env } from '@/lib/server/config/env';
import { closeDatabase } from '@/lib/server/database/client';
import { beginEnding, hurry, isEnding, tidyUp } from './ending';

/** After the drain, a server that is never without a request takes connections for so long. */
const BUSY_MS = 3_000;
/** After the drain, requests have so long: nine seconds in all by default, below the ten that Docker gives a container. */
const FINISH_MS = 6_000;
const QUIET_MS = 50;
/** As many as the queue of a port holds. */
const MAX_TURNS = 512;
const TIDY_UP_MS = 1_000;

type Started = { readonly server: Server; readonly response: ServerResponse };

/**
 * How this process ends. Call it once, before the first request, and only with `NEXT_MANUAL_SIG_HANDLE` in the environment:
 * without it Next closes the port at once, and our own edge cannot reach its server any more.
 *
 * After SIGTERM every answer ends its connection, readiness is 503 and the port stays open: for `DRAIN_SECONDS`, in which
 * load balancers notice, and until nothing is in flight. SIGINT comes from a terminal and leaves out the drain. Then background
 * work ends and the database is left: exit code 0. What takes longer than six seconds after the drain is cut: exit code 1.
 */
export function endOnSignals(): void {
  const inFlight = new Set<ServerResponse>();
  const servers = new Set<Server>();
  let arrivals = 0;

  function watchConnections(server: Server): void {
    if (servers.has(server)) return;
    servers.add(server);
    server.on('connection', () => {
      arrivals += 1;
    });
  }

  subscribe('http.server.request.start', (message) => {
    const { server, response } = message as Started;
    watchConnections(server);
    arrivals += 1;
    inFlight.add(response);
    response.once('close', () => inFlight.delete(response));
    if (isEnding()) leaveAfter(response);
  });

  /** Until nothing is in flight, and nobody came for a moment: then hardly anybody comes while the port is closed. */
  async function untilQuiet(): Promise<void> {
    for (let seen = -1; seen !== arrivals || inFlight.size > 0; ) {
      seen = arrivals;
      await sleep(QUIET_MS);
      await takeInWhoCame();
    }
  }

  /**
   * Until a turn in which nobody came: the system resets whoever has connected and was not taken in when the port is closed,
   * with a request that was sent already. Node takes in one a turn.
   */
  async function takeInWhoCame(): Promise<void> {
    for (let turns = 0, seen = -1; seen !== arrivals && turns < MAX_TURNS; turns += 1) {
      seen = arrivals;
      await turn();
    }
  }

  const end = async (drainMs: number) => {
    if (isEnding()) return;
    beginEnding();
    for (const response of inFlight) leaveAfter(response);
    const finishMs = drainMs + FINISH_MS;
    const cut = setTimeout(() => {
      process.stderr.write(`Not everything was finished within ${finishMs / 1_000} seconds: it is cut.\n`);
      process.exit(1);
    }, finishMs);
    await Promise.race([sleep(drainMs).then(untilQuiet), sleep(drainMs + BUSY_MS)]);
    hurry();
    await takeInWhoCame();
    const closed = [...servers].map((server) => new Promise((resolve) => server.close(resolve)));
    // A connection that nobody uses holds up nothing.
    await Promise.race([Promise.all(closed), untilQuiet()]);
    clearTimeout(cut);
    await Promise.race([tidyUp().then(closeDatabase), sleep(TIDY_UP_MS)]);
    process.exit(0);
  };
  process.on('SIGTERM', () => void end(env().drainSeconds * 1_000));
  process.on('SIGINT', () => void end(0));
}

/** No other request comes over this connection. */
function leaveAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close');
}
