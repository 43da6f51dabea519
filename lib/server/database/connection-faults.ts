import 'server-only';
import { scrubSentence } from '@/lib/server/observability/log-redaction';
import { chainOf, isDatabaseTrouble } from './errors';

/** Why the database could not be asked. */
export type ConnectionFault = {
  /** True when it may heal by itself; false when a setting or a right has to be changed. */
  readonly isPassing: boolean;
  /** Goes on after "the database at DATABASE_URL": the class of the failure, then the server's own words, scrubbed. */
  readonly sentence: string;
};

type Rule = readonly [code: RegExp, words: RegExp, what: string];
const ANY = /^/;

/** What waiting does not mend. PgBouncer gives every refusal the code of a protocol violation, 08P01. */
const LASTING: readonly Rule[] = [
  [/^08P01$/, /startup parameter/i, 'is behind a pool that refuses how we connect'],
  [/^(?:08P01|28P01)$/, /password|authentication|SASL/i, 'refuses the password'],
  [/^(?:08P01|3D000)$/, /no such database|does not exist/i, 'is not the name of a database there'],
  [/^(?:08P01|28...)$/, /role|user|pg_hba|encryption/i, 'does not let this role in'],
  [/^28/, ANY, 'does not let this role in'],
  [/^42501$/, ANY, 'does not give this role the rights that it needs'],
  [/CERT|TLS|SSL|^HOSTNAME_MISMATCH$|^UNABLE_TO/, ANY, 'is not trusted over TLS'],
  [ANY, /does not support SSL/i, 'does not speak TLS'],
];

const PASSING: readonly Rule[] = [
  [/^57P03$/, ANY, 'is starting up or shutting down'],
  [/^53300$/, ANY, 'has no connection left'],
  [/^53/, ANY, 'has too little of something'],
  [/^25006$/, ANY, 'is read-only'],
  [/^(?:42P01|42703|P202[12])$/, ANY, 'is not migrated to this release: run `npm run db:migrate`'],
  [/^E(?:NOTFOUND|AI_AGAIN)$/, ANY, 'has a host name that is not known here'],
  [ANY, ANY, 'does not answer'],
];

/** Says of an error of the driver, of Prisma or of the network why the database could not be asked; null for others. */
export function connectionFault(error: unknown): ConnectionFault | null {
  const lasting = LASTING.find((rule) => fits(rule, error));
  if (lasting === undefined && !isDatabaseTrouble(error)) return null;
  const [, , what] = lasting ?? PASSING.find((rule) => fits(rule, error)) ?? [];
  return { isPassing: lasting === undefined, sentence: `${what} (${serverWords(error)})` };
}

function fits([code, words]: Rule, error: unknown): boolean {
  return chainOf(error).some((link) => {
    const text = messageOf(link);
    const codes = [link['originalCode'], link['code']].filter((one) => typeof one === 'string');
    return words.test(text) && (codes.length === 0 ? code.test('') : codes.some((one) => code.test(one)));
  });
}

/** The innermost message: outer ones are Prisma's. */
function serverWords(error: unknown): string {
  const messages = chainOf(error)
    .map(messageOf)
    .filter((text) => text !== '');
  const words = messages.at(-1)?.split('\n', 1).join('') ?? 'no reason given';
  return scrubSentence(words).replace(/\.$/, '');
}

function messageOf(link: { readonly [name: string]: unknown }): string {
  const message = link['originalMessage'] ?? link['message'] ?? link['code'];
  return typeof message === 'string' ? message : '';
}
