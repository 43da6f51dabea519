import 'server-only';
import { subscribe } from 'node:diagnostics_channel';
import { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * From now on a request that asks for another protocol (`Upgrade`) is answered as if it did not, which a server may always do
 * (RFC 9110 §7.8): nothing here speaks one. Next looks for whoever might take it, which goes by the middleware too, and
 * where it finds nobody it keeps the connection open without an answer and without an end, for strangers as well. Node does
 * not ask Next where nobody listens. Call it once, before the first request, and not in development, whose pages are
 * changed over such a connection.
 */
export function ignoreUpgrades(): void {
  subscribe('net.server.socket', (message) => {
    const { socket } = message as { socket: Socket & { readonly server?: unknown } };
    // Before anything was read of it: what comes over this very connection is answered so already.
    if (socket.server instanceof Server) socket.server.removeAllListeners('upgrade');
  });
}
