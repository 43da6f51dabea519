import 'server-only';
import { z } from 'zod';
import { fromBase64Url, newId, toBase64Url } from '@/lib/core/encoding';
import { ATTEMPT_SECONDS } from '@/lib/core/policy';
import { seal, unseal } from '@/lib/core/token/sealed-token';
import { heldSealKeys } from '@/lib/server/keys/data-keys';
import { randomBytes } from '@/lib/server/keys/random';
import { log } from '@/lib/server/observability/logger';
import { newSessionIdentity, type SessionIdentity } from '@/lib/server/sessions/start';

// A login form holds, sealed, what its session will be known by. A form that is sent twice, because its button was pressed
// twice where no script could stop it, so begins one session, and both answers bring it.

const attemptData = z.object({ id: z.string(), secret: z.string() });

/** For a new form; null while no key is at hand, which only costs the protection against a second press. */
export async function newFormAttempt(nowSeconds: number): Promise<string | null> {
  try {
    const { id, secret } = newSessionIdentity();
    const content = { jti: newId(randomBytes), exp: Math.floor(nowSeconds) + ATTEMPT_SECONDS };
    return await seal(
      'attempt',
      { ...content, data: { id, secret: toBase64Url(secret) } },
      (await heldSealKeys()).current,
    );
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
  const data = opened.ok ? attemptData.safeParse(opened.value.data) : null;
  const secret = data?.success ? fromBase64Url(data.data.secret) : null;
  return data?.success && secret !== null ? { id: data.data.id, secret } : null;
}
