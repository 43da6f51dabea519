import 'server-only';
import { z } from 'zod';
import { readFactorCode } from '@/lib/core/factors/factor-code';
import { readTypedCode } from '@/lib/core/typed-code';
import { CODE_SHAPE } from '@/lib/server/ceremonies/one-time-code';
import type { BroughtProof } from '@/lib/server/step-up/prove';
import { MAIL_CODE_TEXT, mailedCode, typedPassword } from './request-schemas';

/** A field of a form that was left empty counts as none. */
const unlessEmpty = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((text) => (text === '' ? undefined : text), schema.optional());

const APP_CODE_TEXT = 'Enter the six digits that your app shows';
const FACTOR_CODE_TEXT = 'Enter the six digits of your app, or a recovery code';

/** Six digits of an authenticator app, or a recovery code. */
const factorCode = z.string({ error: FACTOR_CODE_TEXT }).transform((text, context) => {
  const code = readFactorCode(text);
  if (code !== null) return code;
  context.addIssue({ code: 'custom', message: FACTOR_CODE_TEXT });
  return z.NEVER;
});

/** What is wanted of it depends on the sign-in: one of them at least. */
export const secondStepBody = z
  .object({ code: unlessEmpty(factorCode), mailCode: unlessEmpty(mailedCode) })
  .superRefine(({ code, mailCode }, refinement) => {
    if (code !== undefined || mailCode !== undefined) return;
    refinement.addIssue({ code: 'custom', path: ['code'], message: FACTOR_CODE_TEXT });
    refinement.addIssue({ code: 'custom', path: ['mailCode'], message: MAIL_CODE_TEXT });
  });

/** The first code of an authenticator app; what `ceremony` is worth is for the server to say. */
export const confirmTotpBody = z.object({
  ceremony: z.string({ error: 'Start again' }).max(1_024, 'Start again'),
  code: z.string({ error: APP_CODE_TEXT }).transform(readTypedCode).pipe(z.string().regex(CODE_SHAPE, APP_CODE_TEXT)),
});

const ONE_PROOF = 'Enter one proof: a code, or the password of an account without a second factor';

/** One proof, whichever. */
export const stepUpBody = z
  .object({ password: unlessEmpty(typedPassword), code: unlessEmpty(factorCode) })
  .transform(({ password, code }, context): BroughtProof => {
    if (code !== undefined && password === undefined) return { kind: 'code', code };
    if (password !== undefined && code === undefined) return { kind: 'password', password };
    context.addIssue({ code: 'custom', path: [password === undefined ? 'password' : 'code'], message: ONE_PROOF });
    return z.NEVER;
  });
