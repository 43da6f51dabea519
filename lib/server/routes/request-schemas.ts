import 'server-only';
import { z } from 'zod';
import { normalizeEmail } from '@/lib/core/email';
import type { FieldFault } from '@/lib/core/http/problem';
import { MAX_PASSWORD_LENGTH, type PasswordFault } from '@/lib/core/passwords/password-policy';
import { MAX_NAME_LENGTH, type NameFault, readPersonName } from '@/lib/core/person-name';
import { readTypedCode } from '@/lib/core/typed-code';
import type { PasswordChangeFault } from '@/lib/server/account/change-password';
import { CODE_SHAPE } from '@/lib/server/ceremonies/one-time-code';
import { env } from '@/lib/server/config/env';
import { checkNewPassword } from '@/lib/server/passwords/new-password';
import { SITE } from '@/site';
import { type Problem, problem } from './answer';

/** Far above any password that we accept: a longer one is refused before it is hashed. */
export const MAX_TYPED_PASSWORD = 1024;

const email = z.string({ error: 'Enter your email address' }).transform((text, context) => {
  const normalized = normalizeEmail(text);
  if (normalized !== null) return normalized;
  context.addIssue({ code: 'custom', message: 'Enter an email address such as name@example.com' });
  return z.NEVER;
});

export const typedPassword = z
  .string({ error: 'Enter your password' })
  .min(1, 'Enter your password')
  .max(MAX_TYPED_PASSWORD, 'This is longer than any password here');

/** A checkbox of a form says `on`, a program says true. */
const checkbox = z.union([z.boolean(), z.literal('on').transform(() => true)]).default(false);

const NAME_FAULTS = {
  too_long: `Use ${MAX_NAME_LENGTH} characters or fewer`,
  control_characters: 'Use letters and spaces',
  invisible: 'Use at least one letter that can be seen',
} as const satisfies Record<NameFault, string>;

/** A name as people write it, of sign-up and of the account page; empty means none. */
export const personName = z.string({ error: 'Enter your name' }).transform((text, context) => {
  const name = readPersonName(text);
  if (name.ok) return name.value;
  context.addIssue({ code: 'custom', message: NAME_FAULTS[name.code] });
  return z.NEVER;
});

const SESSION_NAME_TEXT = `Use a name of ${MAX_NAME_LENGTH} characters at most, of which one can be seen`;

/** A name by which its owner knows a session; empty or null takes it away. */
export const renameSessionBody = z.object({
  name: z
    .string({ error: SESSION_NAME_TEXT })
    .nullable()
    .transform((text, context) => {
      const name = readPersonName(text ?? '');
      if (name.ok) return name.value;
      context.addIssue({ code: 'custom', message: SESSION_NAME_TEXT });
      return z.NEVER;
    }),
});

export const loginBody = z.object({
  email,
  password: typedPassword,
  remember: checkbox,
  /** Of our own form. Whatever else is sent under this name changes nothing. */
  attempt: z.string().max(1_024).optional().catch(undefined),
});

export const MAIL_CODE_TEXT = 'Enter the six digits from the mail';

export const mailedCode = z
  .string({ error: MAIL_CODE_TEXT })
  .transform(readTypedCode)
  .pipe(z.string().regex(CODE_SHAPE, MAIL_CODE_TEXT));

/** Of sign-up and of a change of address. */
export const verifyEmailBody = z.object({ code: mailedCode });

export const forgotPasswordBody = z.object({ email });

/** What it is worth is for its link to say. */
const linkToken = z.string({ error: 'Open the link in the mail again' });

export const undoBody = z.object({ token: linkToken });

/** The new password is judged once it is known whose it will be. */
export const resetPasswordBody = z.object({ token: linkToken, password: typedPassword });

/**
 * Zod leaves a check of the whole out when a field failed, and a person would learn of one fault at a time. This one
 * runs as long as there is a password to judge.
 */
const EVEN_BESIDE_OTHER_FAULTS: z.core.$ZodSuperRefineParams = {
  when: ({ issues }) => issues.every(({ path = [] }) => path.length > 0 && path[0] !== 'password'),
};

export const registerBody = z
  .object({ email, password: typedPassword, name: personName.nullish().transform((name) => name ?? null) })
  .superRefine(async ({ email, password, name }, refinement) => {
    const { passwordMinLength } = env();
    // What was refused comes as something else than text: then the password is judged without its words.
    const context = {
      siteName: SITE.name,
      email: typeof email === 'string' ? email : '',
      ...(typeof name === 'string' ? { name } : {}),
    };
    const checked = await checkNewPassword(password, context, passwordMinLength);
    if (checked.ok) return;
    const message = passwordMessage(checked.code, passwordMinLength);
    refinement.addIssue({ code: 'custom', path: ['password'], params: { code: checked.code }, message });
  }, EVEN_BESIDE_OTHER_FAULTS);

/** Of a form that may leave it out, where there is no current password. */
export const changePasswordBody = z.object({ currentPassword: typedPassword.optional(), newPassword: typedPassword });

export const changeEmailBody = z.object({ email });

/** About a new address that is the one which the account has. */
export const UNCHANGED_EMAIL: FieldFault = {
  field: 'email',
  code: 'unchanged',
  message: 'This is the address that your account has: enter another one',
};

/** The answer to a new password that was refused by whatever reads it after its body: in the words of sign-up. */
export function refusedPassword(fault: PasswordFault, minLength: number): Problem {
  const message = passwordMessage(fault, minLength);
  return problem('validation_failed', { errors: [{ field: 'password', code: fault, message }] });
}

/** Why a change of password was refused, by field, for the person who asked for it. */
export function passwordChangeFault(fault: PasswordChangeFault, minLength: number): FieldFault {
  switch (fault) {
    case 'current_missing':
      return { field: 'currentPassword', code: fault, message: 'Enter your current password' };
    case 'unchanged':
      return { field: 'newPassword', code: fault, message: 'This is your current password: choose another one' };
    default:
      return { field: 'newPassword', code: fault, message: passwordMessage(fault, minLength) };
  }
}

/** Why a password was refused and what to do, for the person who chose it. */
export function passwordMessage(fault: PasswordFault, minLength: number): string {
  switch (fault) {
    case 'too_short':
      return `Use at least ${minLength} characters: four or five unrelated words are easy to remember`;
    case 'too_long':
      return `Use at most ${MAX_PASSWORD_LENGTH} characters`;
    case 'common':
      return 'This is made of words that guessers try first: add something of your own';
    case 'contains_context':
      return 'This is made of your name, your address or the name of this site: choose other words';
    case 'repetitive':
      return 'This repeats itself too much: mix in other words';
  }
}

const PASSWORD_FAULTS: readonly PasswordFault[] = ['too_short', 'too_long', 'common', 'contains_context', 'repetitive'];

/** The same sentences for a page whose address names the fault, by `code`. */
export const newPasswordTexts =
  (minLength: number) =>
  (code: string): string => {
    const fault = PASSWORD_FAULTS.find((known) => known === code);
    return fault === undefined ? 'Choose a password' : passwordMessage(fault, minLength);
  };
