// A service that lets in whoever brings a good access token of Handstamp, on Node >= 20 and without packages.
//
//   npm run verifier && cp examples/node/service.mjs dist/
//   ISSUER=http://localhost:3000 AUDIENCE=http://localhost:3000 PORT=4000 node dist/service.mjs
import { createServer } from 'node:http';
import { bearerGuard, createVerifier } from './handstamp-verifier.mjs';

const { ISSUER, AUDIENCE, PORT = '4000', MAX_STALE_SECONDS = '30' } = process.env;
const verifier = createVerifier({ issuer: ISSUER, audience: AUDIENCE, maxStaleSeconds: Number(MAX_STALE_SECONDS) });
const guard = bearerGuard(verifier);
/** For what wants a proof of ten minutes: who has an older one is told to have its person sign in again (RFC 9470). */
const guardTransfers = bearerGuard(verifier, { maxAgeSeconds: 600 });

const server = createServer(async (request, response) => {
  const isTransfer = request.url === '/transfers';
  const { claims, refusal } = await (isTransfer ? guardTransfers : guard)(request.headers.authorization);
  if (refusal) return response.writeHead(refusal.status, refusal.headers).end(refusal.body);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ sub: claims.sub, role: claims.role }));
});
server.listen(Number(PORT), '127.0.0.1');
