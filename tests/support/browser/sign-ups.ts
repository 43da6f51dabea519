// A program beside the server of the end-to-end tests, for whoever only has to be signed in: begins sign-ups that a browser
// finishes with their code. Everybody here has the same password, which is hashed once. Prints its port, and ends with its
// stdin.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { hashWhenFree } from '@/lib/server/passwords/hasher';
import { beginSignUp } from '@/tests/support/waiting-sign-up';
import type { Person } from './people';

const hashes = new Map<string, Promise<string>>();

function hashOf(password: string): Promise<string> {
  const hash = hashes.get(password) ?? makeHash(password);
  hashes.set(password, hash);
  return hash;
}

async function makeHash(password: string): Promise<string> {
  const hashed = await hashWhenFree('tests', password);
  if (!hashed.ok) throw new Error(`The password could not be hashed: ${hashed.code}`);
  return hashed.value;
}

const server = createServer(async (request, response) => {
  try {
    const { email, name, password }: Person = JSON.parse(await text(request));
    response.end(JSON.stringify(await beginSignUp(email, name, await hashOf(password))));
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.stdin.on('end', () => process.exit(0)).resume();
