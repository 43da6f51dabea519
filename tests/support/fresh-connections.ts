import http from 'node:http';
import https from 'node:https';

/**
 * Agents that give each request a connection of its own, ended by us once the answer is read: a connection that is used
 * again may be closed by the server at that very moment, and one that the server closes may take its answer to a large
 * body with it. Over TLS no certificate is checked.
 */
export const freshConnections = {
  plain: Object.assign(new http.Agent({ keepAlive: true }), { keepSocketAlive: () => false }),
  tls: Object.assign(new https.Agent({ keepAlive: true, rejectUnauthorized: false }), { keepSocketAlive: () => false }),
};
