'use server';

import { redirect } from 'next/navigation';
import { WRONG_PROOF_TEXTS } from '@/app/_components/forms/asked-proof';
import type { Faults } from '@/app/_components/forms/faults';
import { changePassword } from '@/lib/server/account/change-password';
import { env } from '@/lib/server/config/env';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { changePasswordBody, passwordChangeFault } from '@/lib/server/routes/request-schemas';
import { setSessionCookies } from '@/lib/server/sessions/session-cookies';
import { fieldFaults, problemFaults } from '../action-faults';
import { requireSigner, textOf } from '../signer';

const PATH = '/account/security';

export type PasswordState = { readonly faults: Faults };

/** Changes the password of the person signed in. Nothing that was typed comes back. */
export async function changeOwnPassword(before: PasswordState, form: FormData): Promise<PasswordState> {
  const { signer, facts, deviceCookie } = await requireSigner(PATH, form, []);
  const current = form.has('currentPassword') ? { currentPassword: textOf(form, 'currentPassword') } : {};
  const parsed = changePasswordBody.safeParse({ ...current, newPassword: textOf(form, 'newPassword') });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return {
      faults: fieldFaults(before, String(issue?.path[0] ?? 'newPassword'), issue?.message ?? 'Enter a password'),
    };
  }
  const { newPassword, currentPassword = null } = parsed.data;
  const changed = await changePassword({ signer, currentPassword, newPassword, facts, deviceCookie });
  if (changed.ok) {
    await setSessionCookies(changed.value);
    sendDueMail();
    redirect(`${PATH}?done=password_changed`);
  }
  switch (changed.code) {
    case 'step_up_required':
      return redirect(`/step-up?next=${encodeURIComponent(PATH)}`);
    case 'invalid_credentials':
      return { faults: fieldFaults(before, 'currentPassword', WRONG_PROOF_TEXTS.password) };
    case 'too_many_attempts':
      return { faults: problemFaults(before, changed) };
    case 'overloaded':
      return { faults: problemFaults(before, { code: changed.code }) };
    default: {
      const { field, message } = passwordChangeFault(changed.code, env().passwordMinLength);
      return { faults: fieldFaults(before, field, message) };
    }
  }
}
