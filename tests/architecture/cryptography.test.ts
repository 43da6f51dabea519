import { describe, expect, test } from 'vitest';
import { type Node, ourModules, walk } from './module-graph';

const modules = [...ourModules(process.cwd()).values()];
const filesWith = (pattern: RegExp): string[] =>
  modules.filter(({ text }) => pattern.test(text)).map(({ file }) => file);

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

describe('cryptography', () => {
  test('is that of the platform and of these libraries: nothing of it is our own', () => {
    const CRYPTOGRAPHIC =
      /crypto|hash|cipher|jose|jwt|jws|bcrypt|argon|scrypt|pbkdf|sha|hmac|noble|forge|nacl|sodium|otp|webauthn|elliptic|rsa/i;
    const packages = modules.flatMap(({ imports }) =>
      imports.map(({ target }) => target).filter((target) => target.startsWith('package:')),
    );
    expect([...new Set(packages)].filter((name) => CRYPTOGRAPHIC.test(name)).sort()).toEqual([
      'package:@simplewebauthn/browser',
      'package:@simplewebauthn/server',
      'package:@simplewebauthn/server/helpers',
      'package:bcryptjs',
      'package:jose',
      'package:node:crypto',
      'package:otpauth',
    ]);
  });

  test('names no hash, cipher or padding that is broken, but SHA-1 for authenticator apps, which know no other', () => {
    const BROKEN = /\b(?:md[245]|sha-?1|ripemd|rc[24]|3?des(?:-ede3?)?|blowfish|ecb|RSA1_5|RSAES-PKCS1|dsa)\b/i;
    // Comments may speak of them.
    const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$|\/\/ .*$/gm, '');
    expect(modules.filter(({ text }) => BROKEN.test(code(text))).map(({ file }) => file)).toEqual([
      'lib/server/factors/authenticator-app.ts',
    ]);
  });

  test('makes a choice nowhere by chance that can be foreseen, but when the outbox looks again', () => {
    expect(filesWith(/Math\.random/)).toEqual(['lib/server/mail/clock.ts']);
  });

  test('makes no secret of a UUID, which has 122 random bits: those name a process, a file or a migration', () => {
    expect(filesWith(/\brandomUUID\(/)).toEqual([
      'lib/server/audit/shipping.ts',
      'lib/server/database/migration-history.ts',
      'lib/server/mail/dev-mailbox.ts',
      'lib/server/telemetry/start.ts',
    ]);
  });

  test('compares secrets, hashes and codes of authentication in constant time, or leaves it to a database or library', () => {
    const SECRET = /secret|hash$|hash[A-Z]|\bmac\b|hmac|digest|signature|pepper|password/i;
    const MEASURE = /cost$|bytes$|length$/i;
    const nameOf = (value: unknown): string => {
      if (!isNode(value)) return '';
      if (value.type === 'Identifier') return String(value['name']);
      return value.type === 'MemberExpression' ? nameOf(value['property']) : '';
    };
    const compared = modules.flatMap(({ file, program }) => {
      const found: string[] = [];
      walk(program, ({ type, operator, left, right }) => {
        if (type !== 'BinaryExpression' || !/^[!=]==?$/.test(String(operator))) return;
        const names = [nameOf(left), nameOf(right)];
        if (names.includes('undefined') || names.includes('')) return;
        if (names.some((name) => SECRET.test(name) && !MEASURE.test(name)))
          found.push(`${file}: ${names.join(' and ')}`);
      });
      return found;
    });
    expect(compared).toEqual([]);
    expect(filesWith(/equalBytes\(|timingSafeEqual\(/).length).toBeGreaterThan(4);
  });
});
