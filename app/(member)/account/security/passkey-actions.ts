'use server';

import { redirect } from 'next/navigation';
import type { Faults } from '@/app/_components/forms/faults';
import { renamePasskeyBody } from '@/lib/server/routes/passkey-schemas';
import { readPasskeyId, renamePasskey } from '@/lib/server/security/passkey-list';
import { fieldFaults } from '../action-faults';
import { requireSigner, textOf } from '../signer';

const PATH = '/account/security';

export type RenameState = { readonly faults: Faults };

/** Gives a passkey of the person signed in another name. */
export async function renameOwnPasskey(before: RenameState, form: FormData): Promise<RenameState> {
  const { signer, facts } = await requireSigner(PATH, form, []);
  const parsed = renamePasskeyBody.safeParse({ name: textOf(form, 'name') });
  if (!parsed.success) {
    return { faults: fieldFaults(before, 'name', parsed.error.issues[0]?.message ?? 'Enter a name') };
  }
  const id = readPasskeyId(textOf(form, 'id'));
  const renamed = id === null ? null : await renamePasskey(signer, id, parsed.data.name, facts);
  return redirect(`${PATH}?done=${renamed?.ok === true ? 'passkey_renamed' : 'passkey_gone'}`);
}
