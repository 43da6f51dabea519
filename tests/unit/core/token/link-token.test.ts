import { expect, it } from 'vitest';
import { hashLinkToken, newLinkToken } from '@/lib/core/token/link-token';

const counting = (length: number) => new Uint8Array(length).map((_, at) => at);

it('a link token is 32 random bytes in 43 characters', () => {
  const asked: number[] = [];
  const token = newLinkToken((length) => {
    asked.push(length);
    return counting(length);
  });
  expect(asked).toEqual([32]);
  expect(token).toBe('AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8');
});

it('the database keeps the SHA-256 of its bytes', async () => {
  const hash = await hashLinkToken('AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8');
  expect(Buffer.from(hash ?? []).toString('hex')).toBe(
    '630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd',
  );
});

it.each([
  ['empty text', ''],
  ['one byte less', 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg'],
  ['one byte more', 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g'],
  ['another spelling of the same bytes', 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9'],
  ['padding', 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='],
  ['characters of base64', 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdH+8'],
])('%s is no link token', async (_what, text) => {
  expect(await hashLinkToken(text)).toBeNull();
});
