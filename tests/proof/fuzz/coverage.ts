import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { REPOSITORY } from '@/tests/support/server/environment';

/** What may hold text or bytes of somebody else. */
const OUTSIDE = /\b(?:string|unknown|Uint8Array|Bytes|Headers|Request|Response|Record)\b/;
const EXPORTED = /^export (?:async )?(?:function (\w+)|const (\w+) = (?:async )?(?:<[^>]+>)?(?=\())/gm;

/** The parameters of the function whose name ends at `from`: from the first parenthesis to the one that closes it. */
function parametersAt(text: string, from: number): string {
  const start = text.indexOf('(', from);
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (depth === 0) return text.slice(start, at + 1);
  }
  return text.slice(start);
}

/** Every exported function of `lib/core` and `lib/verifier` with a parameter of text, bytes or anything: `<file> <name>`. */
export const functionsThatTakeText = (): string[] => functionsOf((parameters) => OUTSIDE.test(parameters));

function functionsOf(isWanted: (parameters: string) => boolean): string[] {
  return ['core', 'verifier'].flatMap((ring) =>
    readdirSync(path.join(REPOSITORY, 'lib', ring), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `${ring}/${file.split(path.sep).join('/')}`)
      .sort()
      .flatMap((file) => {
        const text = readFileSync(path.join(REPOSITORY, 'lib', file), 'utf8');
        return [...text.matchAll(EXPORTED)].flatMap(({ 0: head, 1: named, 2: bound, index }) => {
          const parameters = parametersAt(text, index + head.length - (named === undefined ? 1 : 0));
          return isWanted(parameters) ? [`${file} ${named ?? bound}`] : [];
        });
      }),
  );
}

/** Every exported name of the two rings, by which a table can be checked for what is gone. */
export function exportedNames(): ReadonlySet<string> {
  return new Set(functionsOf(() => true));
}

/** Those that no stranger's text reaches, by the reason. */
export const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  'It is given random bytes, and makes a text of them.': [
    'core/encoding.ts newId',
    'core/token/refresh-token.ts newSessionSecret',
    'core/http/trace-context.ts newTraceContext',
  ],
  'It is given what this server made or read of its settings.': [
    'core/factors/relying-party.ts relyingPartyId',
    'core/http/content-security-policy.ts contentSecurityPolicy',
    'core/http/problem.ts problemDocument',
    'core/http/unavailable-page.ts unavailablePage',
    'core/http/oauth-error.ts oauthErrorResponse',
    'core/status-list/status-list.ts setStatus',
    'core/status-list/status-list.ts signStatusList',
    'core/token/access-token.ts issueAccessToken',
    'core/keys/signing-key.ts importSigningKey',
    'verifier/loss-report.ts lossReport',
    'verifier/surroundings.ts withHeadersFor',
    'verifier/fair-places.ts fairPlaces',
    'verifier/bounded-body.ts dropBody',
  ],
  'It derives keys of the secrets that parseAuthSecret has read.': [
    'core/keys/auth-secret.ts importRootSecrets',
    'core/keys/auth-secret.ts deriveBytes',
    'core/keys/auth-secret.ts deriveMacKey',
    'core/keys/auth-secret.ts deriveEncryptionKey',
    'core/keys/encrypted-bytes.ts importEncryptionKey',
  ],
};
