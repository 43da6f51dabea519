import { readTypedCode } from '../typed-code';
import { readRecoveryCode } from './recovery-code';

/** What somebody typed in place of a second factor: six digits of an app, or a recovery code in its one spelling. */
export type FactorCode =
  | { readonly kind: 'totp'; readonly digits: string }
  | { readonly kind: 'recovery'; readonly plain: string };

const DIGITS = /^\d{6}$/;

/** Null for a text that is neither. */
export function readFactorCode(text: string): FactorCode | null {
  const digits = readTypedCode(text);
  if (DIGITS.test(digits)) return { kind: 'totp', digits };
  const plain = readRecoveryCode(text);
  return plain === null ? null : { kind: 'recovery', plain };
}
