'use server';

import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { type Faults, NO_FAULTS } from '@/app/_components/forms/faults';
import { changeEmail } from '@/lib/server/account/change-email';
import { confirmEmail } from '@/lib/server/account/confirm-email';
import { openEmailChange } from '@/lib/server/account/pending-email';
import { deletePendingCookie, ourCookie, setDeviceCookie, setPendingCookie } from '@/lib/server/http/cookies';
import { requestFacts } from '@/lib/server/http/request-facts';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { changeEmailBody, UNCHANGED_EMAIL, verifyEmailBody } from '@/lib/server/routes/request-schemas';
import { requireUser } from '@/lib/server/sessions/current-user';
import { dropDraft } from '@/lib/server/sessions/drafts';
import { setSessionCookies } from '@/lib/server/sessions/session-cookies';
import { fieldFaults, problemFaults } from './action-faults';
import { answerQuestion, type Question, questionFor, STALE_TEXT } from './carried-change';
import { type Asking, requireSigner, textOf } from './signer';

const PATH = '/account';

type Answer =
  | { readonly kind: 'form'; readonly faults: Faults; readonly typed: string }
  | { readonly kind: 'step_up'; readonly faults: Faults; readonly question: Question<'change_email'> };

/**
 * What the form for a new address shows: itself, or in its place the question for a proof. `beside` names the change that
 * waited for its code when the answer was made; null for none.
 */
export type EmailState = Answer & { readonly beside: string | null };

/** Asks for a change of address, or brings the proof that was asked for. `cancel` gives it up. */
export async function changeAddress(before: EmailState, form: FormData): Promise<EmailState> {
  if (form.has('cancel')) return { kind: 'form', faults: NO_FAULTS, typed: '', beside: null };
  const asking = await requireSigner(PATH, form, ['email']);
  const { user, sessionId } = asking.signer;
  const pendingCookie = await ourCookie(await headers(), 'pending');
  const pending = await openEmailChange(pendingCookie, { sub: user.id, sid: sessionId });
  const answer = form.has('carried')
    ? await confirmed(before, asking, form)
    : await asked(before, asking, textOf(form, 'email'));
  return { ...answer, beside: pending?.jti ?? null };
}

async function asked(before: EmailState, { signer, facts }: Asking, typed: string): Promise<Answer> {
  const parsed = changeEmailBody.safeParse({ email: typed });
  const refused = (message: string): Answer => ({
    kind: 'form',
    faults: fieldFaults(before, 'email', message),
    typed,
  });
  if (!parsed.success) return refused(parsed.error.issues[0]?.message ?? 'Enter your new email address');
  const { email } = parsed.data;
  const begun = await changeEmail(signer, email, facts);
  if (begun.ok) return sent(begun.value);
  switch (begun.code) {
    case 'unchanged':
      return refused(UNCHANGED_EMAIL.message);
    case 'step_up_required':
      return {
        kind: 'step_up',
        faults: NO_FAULTS,
        question: await questionFor({ action: 'change_email', email }, signer),
      };
    case 'too_many_attempts':
      return { kind: 'form', faults: problemFaults(before, begun), typed };
    default:
      return { kind: 'form', faults: problemFaults(before, { code: begun.code }), typed };
  }
}

async function confirmed(before: EmailState, asking: Asking, form: FormData): Promise<Answer> {
  const answered = await answerQuestion(before, asking, form, { actions: ['change_email'], path: PATH });
  switch (answered.kind) {
    case 'asked':
      return { kind: 'step_up', faults: answered.faults, question: answered.question };
    case 'stale':
      return { kind: 'form', faults: fieldFaults(before, 'email', STALE_TEXT), typed: answered.request?.email ?? '' };
    case 'confirmed': {
      const begun = await changeEmail(answered.signer, answered.request.email, asking.facts);
      // The session is another one now: its page is made by the next request, which brings the new cookies.
      return begun.ok ? sent(begun.value) : redirect(`${PATH}?done=${begun.code}`);
    }
  }
}

async function sent(sealed: string): Promise<never> {
  await setPendingCookie(sealed);
  await dropDraft();
  sendDueMail();
  redirect(`${PATH}?done=code_sent`);
}

export type CodeState = { readonly faults: Faults };

/** Finishes the change with the mailed code. `cancel` gives it up. */
export async function confirmAddress(before: CodeState, form: FormData): Promise<CodeState> {
  const { session } = await requireUser(PATH);
  if (form.has('cancel')) {
    await deletePendingCookie();
    redirect(PATH);
  }
  const parsed = verifyEmailBody.safeParse({ code: textOf(form, 'code') });
  if (!parsed.success) {
    return { faults: fieldFaults(before, 'code', parsed.error.issues[0]?.message ?? 'Enter the code') };
  }
  const requestHeaders = await headers();
  const pendingCookie = await ourCookie(requestHeaders, 'pending');
  const facts = requestFacts(requestHeaders);
  const outcome = await confirmEmail({ session, code: parsed.data.code, pendingCookie, facts });
  if (!outcome.ok) return { faults: problemFaults(before, outcome) };
  await setSessionCookies(outcome.value.tokens);
  await setDeviceCookie(outcome.value.knownDevice);
  await deletePendingCookie();
  sendDueMail();
  redirect(`${PATH}?done=email_changed`);
}
