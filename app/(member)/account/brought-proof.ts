import { type AskedProof, EMPTY_PROOF_TEXTS, proofField } from '@/app/_components/forms/asked-proof';
import { utf8 } from '@/lib/core/encoding';
import { type Failure, fail, type Success, succeed } from '@/lib/core/failures';
import { parseJsonObject } from '@/lib/core/json';
import { stepUpBody } from '@/lib/server/routes/proof-schemas';
import type { BroughtProof } from '@/lib/server/step-up/prove';
import { textOf } from './signer';

/** No proof can be read in the form: what its field says about that. */
export type Unreadable = Failure<'unreadable'> & { readonly message: string };

/** What a form of ours says it asked for: it decides the words of an answer, and nothing else. */
export function askedIn(form: FormData): AskedProof {
  const asked = textOf(form, 'asked');
  return asked === 'totp' || asked === 'recovery' ? asked : 'password';
}

/** The proof in a form that has one field for it. */
export function broughtProof(form: FormData): Success<BroughtProof> | Unreadable {
  if (form.has('passkeyAssertion')) return broughtPasskey(form);
  const asked = askedIn(form);
  const field = proofField(asked);
  const typed = textOf(form, field);
  const parsed = stepUpBody.safeParse({ [field]: typed });
  if (parsed.success) return succeed(parsed.data);
  const isTooLong = asked === 'password' && typed !== '';
  const message = isTooLong ? parsed.error.issues[0]?.message : undefined;
  return { ...fail('unreadable'), message: message ?? EMPTY_PROOF_TEXTS[asked] };
}

function broughtPasskey(form: FormData): Success<BroughtProof> | Unreadable {
  const assertion = parseJsonObject(utf8(textOf(form, 'passkeyAssertion')));
  const parsed = stepUpBody.safeParse({ ceremony: textOf(form, 'passkeyCeremony'), assertion });
  return parsed.success
    ? succeed(parsed.data)
    : { ...fail('unreadable'), message: 'This passkey was not taken. Try again' };
}
