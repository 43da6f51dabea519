import { describe, expect, it } from 'vitest';
import { proofChoice } from '@/app/_components/forms/asked-proof';

describe('what a form asks for as a proof', () => {
  it('is a code of the app before all, and a recovery code where somebody chose it and has one', () => {
    expect(proofChoice(['totp', 'recovery'], false)).toEqual({ asked: 'totp', other: 'recovery' });
    expect(proofChoice(['totp', 'recovery'], true)).toEqual({ asked: 'recovery', other: 'totp' });
    expect(proofChoice(['totp'], true)).toEqual({ asked: 'totp', other: null });
    expect(proofChoice(['totp', 'recovery', 'mail'], false)).toEqual({ asked: 'totp', other: 'recovery' });
  });

  it('is a recovery code where there is no app', () => {
    expect(proofChoice(['passkey', 'recovery'], false)).toEqual({ asked: 'recovery', other: null });
    expect(proofChoice(['passkey', 'totp'], false)).toEqual({ asked: 'totp', other: null });
  });

  it('is the password of somebody without a second factor, and nothing where nothing can be typed', () => {
    expect(proofChoice(['password'], true)).toEqual({ asked: 'password', other: null });
    for (const methods of [[], ['passkey'], ['mail']] as const) {
      expect(proofChoice(methods, true)).toEqual({ asked: null, other: null });
    }
  });
});
