import { expect, it } from 'vitest';
import { readFactorCode } from '@/lib/core/factors/factor-code';
import { amrOf } from '@/lib/core/factors/proof';
import { relyingPartyId } from '@/lib/core/factors/relying-party';

it.each([
  [['password'], ['pwd']],
  [
    ['password', 'totp'],
    ['pwd', 'otp', 'mfa'],
  ],
  [
    ['password', 'recovery'],
    ['pwd', 'otp', 'mfa'],
  ],
  [['passkey'], ['pop', 'mfa']],
  [
    ['password', 'passkey'],
    ['pwd', 'pop', 'mfa'],
  ],
] as const)('amr of %j is %j', (proofs, amr) => {
  expect(amrOf(...proofs)).toEqual(amr);
});

it.each([
  ['123 456', { kind: 'totp', digits: '123456' }],
  ['１２３４５６', { kind: 'totp', digits: '123456' }],
  ['0004-1061-050r-3gg2-8gp6-0s38', { kind: 'recovery', plain: '00041061050R3GG28GP60S38' }],
  ['123456123456123456123456', { kind: 'recovery', plain: '123456123456123456123456' }],
  ['12345', null],
  ['', null],
  ['1234567', null],
])('%s is read as %j', (text, code) => {
  expect(readFactorCode(text)).toEqual(code);
});

it.each([
  ['https://auth.example.com', 'auth.example.com'],
  ['http://localhost:3000', 'localhost'],
  ['http://127.0.0.1:3000', null],
  ['http://[::1]:3000', null],
  ['https://10.0.0.1', null],
])('passkeys of %s belong to %j', (origin, id) => {
  expect(relyingPartyId(origin)).toBe(id);
});
