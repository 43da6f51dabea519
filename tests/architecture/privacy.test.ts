import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import {
  AUDIT_RETENTION_SECONDS,
  DELETION_GRACE_SECONDS,
  FACTOR_RESET_SECONDS,
  MAIL_LINK_RETENTION_SECONDS,
  OUTBOX_RETENTION_SECONDS,
  REVOCATION_RETENTION_SECONDS,
  SESSION_RETENTION_SECONDS,
} from '@/lib/core/policy';
import { days, minutes } from '@/lib/core/time';
import { LIMITS } from '@/lib/server/rate-limit/limits';

const page = readFileSync('docs/privacy.md', 'utf8');

/** The columns of each table, in the order of the schema; relations are none. */
function tablesOf(schema: string): Map<string, string[]> {
  const models = [...schema.matchAll(/^model (\w+) \{$([\s\S]*?)^\}$/gm)];
  const names = models.map(([, name = '']) => name);
  return new Map(
    models.map(([, name = '', body = '']) => {
      const fields = [...body.matchAll(/^ {2}(\w+) +(\w+)/gm)];
      return [name, fields.filter(([, , type = '']) => !names.includes(type)).map(([, field = '']) => field)];
    }),
  );
}

/** The columns that the page tells of, by table; what it says of each has to be words. */
function toldBy(text: string): Map<string, string[]> {
  const sections = [...text.matchAll(/^## `(\w+)`$([\s\S]*?)(?=^## |(?![\s\S]))/gm)];
  return new Map(
    sections.map(([, name = '', body = '']) => [
      name,
      [...body.matchAll(/^\| `(\w+)` \| [^|]{4,} \|$/gm)].map(([, column = '']) => column),
    ]),
  );
}

const sectionOf = (table: string): string => new RegExp(`^## \`${table}\`$([\\s\\S]*?)^\\|`, 'm').exec(page)?.[1] ?? '';

test('docs/privacy.md tells of every table and every column of the schema, and of no other', () => {
  const tables = tablesOf(readFileSync('prisma/schema.prisma', 'utf8'));
  expect(tables.size).toBeGreaterThan(12);
  expect(tables.get('User')).toContain('email');
  expect(tables.get('User')).not.toContain('sessions');
  const sorted = (map: Map<string, string[]>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  expect(sorted(toldBy(page))).toEqual(sorted(tables));
});

describe('a change of the schema is missed by that page', () => {
  const SCHEMA =
    'model Pet {\n  id String @id\n  owner User @relation()\n  name String?\n}\n\nmodel User {\n  id String\n  pets Pet[]\n}\n';
  const TOLD =
    '## `Pet`\n\n| column | holds |\n|---|---|\n| `id` | a number |\n| `name` | its name |\n\n## `User`\n\n| `id` | a number |\n';

  it.each([
    ['none', SCHEMA, TOLD, true],
    ['a new column', SCHEMA.replace('  name', '  weight Int\n  name'), TOLD, false],
    ['a new table', `${SCHEMA}\nmodel Toy {\n  id String\n}\n`, TOLD, false],
    ['a column that is gone', SCHEMA.replace('  name String?\n', ''), TOLD, false],
    ['a line without words', SCHEMA, TOLD.replace('its name', ''), false],
  ])('%s', (_what, schema, told, isSame) => {
    const [there, said] = [JSON.stringify([...tablesOf(schema)]), JSON.stringify([...toldBy(told)])];
    expect(there === said).toBe(isSame);
  });
});

test.each([
  ['User', DELETION_GRACE_SECONDS === days(7), 'seven days'],
  ['FactorReset', FACTOR_RESET_SECONDS === days(8), '8 days'],
  ['Session', SESSION_RETENTION_SECONDS === days(30), '30 days'],
  ['AuditEvent', AUDIT_RETENTION_SECONDS === days(180), '180 days'],
  ['MailLink', MAIL_LINK_RETENTION_SECONDS === days(30), '30 days'],
  ['Outbox', OUTBOX_RETENTION_SECONDS === days(1), '1 day'],
  ['Revocation', REVOCATION_RETENTION_SECONDS === minutes(16), '16 minutes'],
  ['RateLimit', Math.max(...Object.values(LIMITS).map((limit) => limit.forgetSeconds)) === days(30), '30 days'],
])('it says how long rows of %s are kept, as the policy has it', (table, isPolicy, words) => {
  expect(isPolicy).toBe(true);
  expect(sectionOf(table)).toContain(words);
});
