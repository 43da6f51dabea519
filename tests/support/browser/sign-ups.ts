// A program beside the server of the end-to-end tests: brings sign-ups to where a browser waits for its code. Each answer is
// what a sign-up would have left in that browser and in its mailbox, made by the product's own functions, without the hash
// that each would have cost: everybody whom the tests sign up like this has the same password, which is hashed once.
// Prints its port, and ends with its stdin.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { newId } from '@/lib/core/encoding';
import { CEREMONY_SECONDS } from '@/lib/core/policy';
import { seal } from '@/lib/core/token/sealed-token';
import { createCeremony } from '@/lib/server/ceremonies/ceremony-store';
import { newCode } from '@/lib/server/ceremonies/one-time-code';
import { sealKeys } from '@/lib/server/keys/data-keys';
import { randomBytes } from '@/lib/server/keys/random';
import { hashWhenFree } from '@/lib/server/passwords/hasher';
import { newSealedIdentity } from '@/lib/server/sessions/sealed-identity';
import type { Person, WaitingSignUp } from './people';

const hashes = new Map<string, Promise<string>>();

function hashOf(password: string): Promise<string> {
  const hash =
    hashes.get(password) ??
    hashWhenFree('tests', password).then((hashed) => {
      if (hashed.ok) return hashed.value;
      throw new Error(`The password could not be hashed: ${hashed.code}`);
    });
  hashes.set(password, hash);
  return hash;
}

async function begin({ email, name, password }: Person): Promise<WaitingSignUp> {
  const passwordHash = await hashOf(password);
  const code = newCode(randomBytes);
  const jti = newId(randomBytes);
  const exp = await createCeremony(jti, 'sign-up', CEREMONY_SECONDS);
  const { current } = await sealKeys();
  const data = { email, name, passwordHash, code, session: newSealedIdentity() };
  return { pending: await seal('sign-up', { jti, exp, data }, current), code };
}

const server = createServer(async (request, response) => {
  try {
    response.end(JSON.stringify(await begin(JSON.parse(await text(request)))));
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.stdin.on('end', () => process.exit(0)).resume();
