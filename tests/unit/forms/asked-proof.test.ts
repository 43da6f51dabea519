import { describe, expect, it } from 'vitest';
import { proofChoice } from '@/app/_components/forms/asked-proof';

describe('what a form asks for as a proof', () => {
  it('is a code of the app before all, and a recovery code where somebody chose it and has one', () => {
    expect(proofChoice(['totp', 'recovery'], false)).toMatchObject({ asked: 'totp', other: 'recovery' });
    expect(proofChoice(['totp', 'recovery'], true)).toMatchObject({ asked: 'recovery', other: 'totp' });
    expect(proofChoice(['totp'], true)).toMatchObject({ asked: 'totp', other: null });
    expect(proofChoice(['totp', 'recovery', 'mail'], false)).toMatchObject({ asked: 'totp', other: 'recovery' });
  });

  it('is a recovery code where there is no app', () => {
    expect(proofChoice(['passkey', 'recovery'], false)).toMatchObject({ asked: 'recovery', other: null });
    expect(proofChoice(['passkey', 'totp'], false)).toMatchObject({ asked: 'totp', other: null });
  });

  it('may be a passkey in place of it where there is one', () => {
    expect(proofChoice(['passkey', 'totp', 'recovery'], false).hasPasskey).toBe(true);
    expect(proofChoice(['totp', 'recovery'], false).hasPasskey).toBe(false);
    expect(proofChoice(['passkey'], false)).toEqual({ asked: null, other: null, hasPasskey: true });
  });

  it('is the password of somebody without a second factor, and nothing where nothing can be typed', () => {
    expect(proofChoice(['password'], true)).toMatchObject({ asked: 'password', other: null });
    for (const methods of [[], ['passkey'], ['mail']] as const) {
      expect(proofChoice(methods, true)).toMatchObject({ asked: null, other: null });
    }
  });
});
