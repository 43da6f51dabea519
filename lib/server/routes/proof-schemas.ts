import 'server-only';
import { z } from 'zod';
import { type FactorCode, readFactorCode } from '@/lib/core/factors/factor-code';
import { readTypedCode } from '@/lib/core/typed-code';
import { CODE_SHAPE } from '@/lib/server/ceremonies/one-time-code';
import type { Assertion } from '@/lib/server/factors/passkey-verification';
import type { BroughtPasskey } from '@/lib/server/factors/prove-passkey';
import type { BroughtProof } from '@/lib/server/step-up/prove';
import { assertionShape, ceremonyText } from './passkey-schemas';
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

/** What a passkey signed: both, or neither. */
const passkeyFields = { ceremony: ceremonyText.optional(), assertion: assertionShape.optional() };

type PasskeyFields = { readonly ceremony?: string | undefined; readonly assertion?: Assertion | undefined };

function broughtPasskey({ ceremony, assertion }: PasskeyFields): BroughtPasskey | null {
  return ceremony === undefined || assertion === undefined ? null : { ceremony, assertion };
}

/** What finishes a sign-in: a passkey, or what was typed. */
type StepProof =
  | { readonly kind: 'passkey'; readonly brought: BroughtPasskey }
  | { readonly kind: 'typed'; readonly code: FactorCode | null; readonly mailCode: string | null };

/** What is wanted of it depends on the sign-in: one of them at least, and nothing beside a passkey. */
export const secondStepBody = z
  .object({ code: unlessEmpty(factorCode), mailCode: unlessEmpty(mailedCode), ...passkeyFields })
  .transform(({ code = null, mailCode = null, ...passkey }, context): StepProof => {
    const brought = broughtPasskey(passkey);
    if (brought !== null && code === null && mailCode === null) return { kind: 'passkey', brought };
    const isTyped = passkey.ceremony === undefined && passkey.assertion === undefined;
    if (isTyped && (code !== null || mailCode !== null)) return { kind: 'typed', code, mailCode };
    context.addIssue({ code: 'custom', path: ['code'], message: FACTOR_CODE_TEXT });
    context.addIssue({ code: 'custom', path: ['mailCode'], message: MAIL_CODE_TEXT });
    return z.NEVER;
  });

/** The first code of an authenticator app; what `ceremony` is worth is for the server to say. */
export const confirmTotpBody = z.object({
  ceremony: z.string({ error: 'Start again' }).max(1_024, 'Start again'),
  code: z.string({ error: APP_CODE_TEXT }).transform(readTypedCode).pipe(z.string().regex(CODE_SHAPE, APP_CODE_TEXT)),
});

const ONE_PROOF = 'Enter one proof: a passkey, a code, or the password of an account without a second factor';

/** One proof, whichever. */
export const stepUpBody = z
  .object({ password: unlessEmpty(typedPassword), code: unlessEmpty(factorCode), ...passkeyFields })
  .transform(({ password, code, ...passkey }, context): BroughtProof => {
    const brought = broughtPasskey(passkey);
    const proofs: BroughtProof[] = [
      ...(brought === null ? [] : [{ kind: 'passkey', brought } as const]),
      ...(code === undefined ? [] : [{ kind: 'code', code } as const]),
      ...(password === undefined ? [] : [{ kind: 'password', password } as const]),
    ];
    const [proof] = proofs;
    if (proof !== undefined && proofs.length === 1) return proof;
    context.addIssue({ code: 'custom', path: [password === undefined ? 'password' : 'code'], message: ONE_PROOF });
    return z.NEVER;
  });
