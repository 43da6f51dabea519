import 'server-only';
import { newId } from '@/lib/core/encoding';
import { ATTEMPT_SECONDS } from '@/lib/core/policy';
import { seal, unseal } from '@/lib/core/token/sealed-token';
import { heldSealKeys } from '@/lib/server/keys/data-keys';
import { randomBytes } from '@/lib/server/keys/random';
import { log } from '@/lib/server/observability/logger';
import { newSealedIdentity, openIdentity, sealedIdentitySchema } from '@/lib/server/sessions/sealed-identity';
import type { SessionIdentity } from '@/lib/server/sessions/start';

// A login form holds, sealed, what its session will be known by. A form that is sent twice, because its button was pressed
// twice where no script could stop it, so begins one session, and both answers bring it.

/** For a new form; null while no key is at hand, which only costs the protection against a second press. */
export async function newFormAttempt(nowSeconds: number): Promise<string | null> {
  try {
    const content = { jti: newId(randomBytes), exp: Math.floor(nowSeconds) + ATTEMPT_SECONDS };
    return await seal('attempt', { ...content, data: newSealedIdentity() }, (await heldSealKeys()).current);
  } catch (error) {
    log.error('page.attempt_not_made', { error });
    return null;
  }
}

/** What a form that was sent will begin; null for any text that we did not make, or made long ago. */
export async function openFormAttempt(text: string | undefined, nowSeconds: number): Promise<SessionIdentity | null> {
  if (text === undefined) return null;
  const keys = await heldSealKeys();
  const opened = await unseal('attempt', text, (id) => keys.byId(id), nowSeconds);
  const sealed = opened.ok ? sealedIdentitySchema.safeParse(opened.value.data) : null;
  return sealed?.success ? openIdentity(sealed.data) : null;
}
