import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import {
  checkPasswordForm,
  contextWords,
  type PasswordContext,
  type PasswordFault,
} from '@/lib/core/passwords/password-policy';
import { guessabilityOf, isBreached } from './guessability';

/**
 * Decimal logarithm of the guesses that a password has to withstand. Four words drawn from a list of 7,776 withstand more;
 * common words, names, years and endings in the number that people put together withstand less. Far more would be needed
 * against somebody who has the hashes, and far less against the limits on signing in.
 */
const MIN_GUESSES_LOG10 = 10.5;

/**
 * Judges a password that somebody chooses: its form, then whether it was in a breach, and whether guessers would try it
 * early. NIST SP 800-63B-4 §3.1.1.2 asks for a blocklist of common, expected and compromised values. Fails with the reason
 * to be told.
 *
 * @param minLength In Unicode code points after NFC.
 */
export async function checkNewPassword(
  password: string,
  context: PasswordContext,
  minLength: number,
): Promise<Result<void, PasswordFault>> {
  const form = checkPasswordForm(password, minLength);
  if (!form.ok) return form;
  if (await isBreached(password)) return fail('common');
  const { guessesLog10, usesContext } = await guessabilityOf(password, contextWords(context));
  if (guessesLog10 >= MIN_GUESSES_LOG10) return succeed(undefined);
  return fail(usesContext ? 'contains_context' : 'common');
}
