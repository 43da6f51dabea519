// @ts-check
// How a server ends: what is in flight is answered, within a bound, and the exit code says whether that went well.
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';

/** Below the ten seconds that Docker gives a container to stop. */
const FINISH_WITHIN_MS = 8_000;

/** @typedef {import('node:http').Server} Server */
/** @typedef {import('node:http').ServerResponse} ServerResponse */
/** @typedef {{ server: Server, response: ServerResponse }} Started */

/**
 * Call it before the server of this process listens. After SIGTERM or SIGINT the port stays open until what was in flight
 * is answered, because a page may ask its own server for something; then Next's own handler closes it. Exit code 0: all
 * was answered; 1: something was cut.
 */
export function finishRequestsOnSignals() {
  /** @type {Set<ServerResponse>} */
  const inFlight = new Set();
  /** @type {Set<Server>} */
  const servers = new Set();
  let isEnding = false;

  subscribe('http.server.request.start', (message) => {
    const { server, response } = /** @type {Started} */ (message);
    servers.add(server);
    inFlight.add(response);
    response.once('close', () => inFlight.delete(response));
    if (isEnding) leaveAfter(response);
  });

  /** @param {NodeJS.Signals} signal */
  const end = (signal) => {
    if (isEnding) return;
    isEnding = true;
    // Next listens to signals from when it listens to the port.
    if (process.listenerCount(signal) === 1) process.exit(0);
    for (const response of inFlight) leaveAfter(response);
    const answered = Promise.all([...inFlight].map((response) => once(response, 'close')));
    for (const server of servers) closeAfter(server, answered);
    setTimeout(() => {
      console.error(`Not everything was finished within ${FINISH_WITHIN_MS / 1000} seconds: it is cut.`);
      process.exit(1);
    }, FINISH_WITHIN_MS).unref();
  };
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT'])) process.on(signal, end);

  process.on('exit', (code) => {
    // Next tells the signal that it obeyed, 128 + its number. Whoever sent it takes that for a crash.
    if (isEnding && (code === 143 || code === 130)) process.exitCode = 0;
  });
}

/** No other request comes over this connection. @param {ServerResponse} response */
function leaveAfter(response) {
  if (!response.headersSent) response.setHeader('connection', 'close');
}

/** Puts off what `close` does. @param {Server} server @param {Promise<unknown>} answered */
function closeAfter(server, answered) {
  const close = server.close.bind(server);
  server.close = (callback) => {
    answered.then(() => close(callback));
    return server;
  };
}
