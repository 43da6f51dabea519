// A service that lets in whoever brings a good access token of Handstamp, on Node >= 20 and without packages.
//
//   npm run verifier && cp examples/node/service.mjs dist/
//   ISSUER=http://localhost:3000 AUDIENCE=http://localhost:3000 PORT=4000 node dist/service.mjs
import { createServer } from 'node:http';
import { bearerGuard, createVerifier } from './handstamp-verifier.mjs';

const { ISSUER, AUDIENCE, PORT = '4000', MAX_STALE_SECONDS = '30' } = process.env;
const guard = bearerGuard(
  createVerifier({ issuer: ISSUER, audience: AUDIENCE, maxStaleSeconds: Number(MAX_STALE_SECONDS) }),
);

const server = createServer(async (request, response) => {
  const { claims, refusal } = await guard(request.headers.authorization);
  if (refusal) return response.writeHead(refusal.status, refusal.headers).end(refusal.body);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ sub: claims.sub, role: claims.role }));
});
server.listen(Number(PORT), '127.0.0.1');
