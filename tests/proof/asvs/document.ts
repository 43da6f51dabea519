import type { LeftOut, NamedTest, Requirement } from './requirement';

const CHAPTERS: Readonly<Record<string, string>> = {
  1: 'Encoding and sanitization',
  2: 'Validation and business logic',
  3: 'Web frontend',
  4: 'API and web service',
  5: 'File handling',
  6: 'Authentication',
  7: 'Session management',
  8: 'Authorization',
  9: 'Self-contained tokens',
  10: 'OAuth and OIDC',
  11: 'Cryptography',
  12: 'Secure communication',
  13: 'Configuration',
  14: 'Data protection',
  15: 'Secure coding and architecture',
  16: 'Logging and error handling',
  17: 'WebRTC',
};

const chapterOf = (id: string): string => id.split('.')[0] ?? '';
const cell = (text: string): string => text.replaceAll('|', '\\|');
const count = (all: readonly Requirement[]): string =>
  `${all.filter((one) => 'provenBy' in one).length} of ${all.length}`;

const proof = ({ file, test }: NamedTest): string => `\`${file}\`: ${cell(test)}`;
const row = (one: Requirement): string =>
  `| ${one.id} | ${one.level}${one.applies === 'partly' ? ', partly' : ''} | ${cell(one.says)} | ${
    'provenBy' in one ? one.provenBy.map(proof).join('<br>') : `Not proven: ${cell(one.reason)}`
  } |`;

/** The text of docs/asvs.md. */
export function asvsDocument(requirements: readonly Requirement[], leftOut: readonly LeftOut[]): string {
  const whole = requirements.filter(({ applies }) => applies === 'yes');
  const levels = ([1, 2, 3] as const).map((level) => {
    const ofLevel = whole.filter((one) => one.level === level);
    return `| ${level} | ${ofLevel.length} | ${ofLevel.filter((one) => 'provenBy' in one).length} |`;
  });
  const chapters = Object.entries(CHAPTERS).flatMap(([number, title]) => {
    const rows = requirements.filter(({ id }) => chapterOf(id) === number).map(row);
    if (rows.length === 0) return [];
    const head = ['| id | level | requirement | proven by |', '|---|---|---|---|'];
    return [`## ${number}. ${title}`, '', ...head, ...rows, ''];
  });
  return [
    '# OWASP ASVS 5.0',
    '',
    'Made by `npm run asvs` from `tests/proof/asvs/chapters`. The [Application Security Verification Standard](https://owasp.org/www-project-application-security-verification-standard/) of OWASP, version 5.0.0: each of its requirements that applies to a site with accounts, and the tests that prove it here. The requirements are told in words of our own; the numbers are those of the standard, which says more.',
    '',
    `Of those that apply whole, ${count(whole)} are proven by a test; of the others this page says why not. A test fails when a test that is named here is gone or left out. “Partly” is what applies in part, or because the product offers what it is about. This is our own reading of the standard and no certificate: nobody else has audited it.`,
    '',
    '| level | apply whole | proven |',
    '|---|---|---|',
    ...levels,
    '',
    ...chapters,
    '## What does not apply, or not to the product alone',
    '',
    '| id | level | requirement | why |',
    '|---|---|---|---|',
    ...leftOut.map(({ id, level, says, reason }) => `| ${id} | ${level} | ${cell(says)} | ${cell(reason)} |`),
    '',
  ].join('\n');
}
