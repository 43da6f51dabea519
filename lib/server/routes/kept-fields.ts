import 'server-only';
import { headers } from 'next/headers';
import { newId } from '@/lib/core/encoding';
import { seal, unseal } from '@/lib/core/token/sealed-token';
import { ourCookie, setTypedCookie } from '@/lib/server/http/cookies';
import { heldSealKeys } from '@/lib/server/keys/data-keys';
import { randomBytes } from '@/lib/server/keys/random';
import { log } from '@/lib/server/observability/logger';
import type { Problem } from './answer';
import { backToForm, type FormFields } from './form-answer';

/** What a page shows again after its form was refused. A password is never among it. */
export type KeptFields = Readonly<Partial<Record<(typeof KEPT)[number], string>>>;

const KEPT = ['email', 'name'] as const;
/** Longer than any address that we take. */
const MAX_CHARACTERS = 320;
/** The page comes right after; on a machine that others use too, what was typed must not wait there for them. */
const KEPT_SECONDS = 60;

/**
 * As `backToForm`, and the page shows what was typed. That does not go into the address, which histories, logs and proxies
 * keep, but into a sealed cookie of a minute. With scripts none is needed: then the page stays where it is.
 */
export const backWithTyped =
  (path: string) =>
  async (problem: Problem, fields: FormFields): Promise<string> => {
    await keep(fields);
    return backToForm(path, problem, fields);
  };

/** What the form said that led to this page: nothing unless `error` is in the page's query, or after a minute. */
export async function keptFields(query: { readonly error?: unknown }): Promise<KeptFields> {
  const cookie = query.error === undefined ? null : await ourCookie(await headers(), 'typed');
  if (cookie === null) return {};
  const keys = await heldSealKeys();
  const opened = await unseal('typed', cookie, (id) => keys.byId(id), Date.now() / 1_000);
  return opened.ok ? pick(opened.value.data) : {};
}

async function keep(fields: FormFields): Promise<void> {
  const data = pick(fields);
  if (Object.keys(data).length === 0) return;
  try {
    const exp = Math.floor(Date.now() / 1_000) + KEPT_SECONDS;
    const sealed = await seal('typed', { jti: newId(randomBytes), exp, data }, (await heldSealKeys()).current);
    await setTypedCookie(sealed, KEPT_SECONDS);
  } catch (error) {
    // The answer matters more than the comfort.
    log.error('form.not_kept', { error });
  }
}

function pick(fields: FormFields): KeptFields {
  const kept: Partial<Record<(typeof KEPT)[number], string>> = {};
  for (const name of KEPT) {
    const value = fields[name];
    if (typeof value === 'string' && value !== '' && value.length <= MAX_CHARACTERS) kept[name] = value;
  }
  return kept;
}
