import { createInterface } from 'node:readline';
import { realSurroundings } from '@/lib/verifier/surroundings';
import { createVerifier } from '@/lib/verifier/verifier';

/**
 * A service of its own, that knows nothing but the issuer's URL. A line of its input is an access token; the line that it
 * answers is `valid` or why the token is refused. For an empty line it says how often it asked the issuer so far. A second
 * argument says where that URL leads, as a name server would.
 */
const [issuer = '', reachedAt = issuer] = process.argv.slice(2);
let fetches = 0;
const surroundings: typeof realSurroundings = {
  ...realSurroundings,
  fetch: (url, init) => {
    fetches += 1;
    return realSurroundings.fetch(url.replace(issuer, reachedAt), init);
  },
};
const verifier = createVerifier({ issuer, audience: issuer }, surroundings);

async function answer(line: string): Promise<string> {
  if (line === '') return String(fetches);
  const verified = await verifier.verify(line);
  return verified.ok ? 'valid' : verified.code;
}

let answered: Promise<unknown> = Promise.resolve();
createInterface({ input: process.stdin }).on('line', (line) => {
  const verdict = answer(line);
  answered = answered.then(async () => process.stdout.write(`${await verdict}\n`));
});
