import { entityTag } from '@/lib/core/http/entity-tag';
import { env } from '@/lib/server/config/env';
import { arePasskeysAvailable } from '@/lib/server/config/passkeys';
import { cacheable, problem } from '@/lib/server/routes/answer';
import { publicRoute } from '@/lib/server/routes/route-handler';

export * from '@/lib/server/routes/other-methods';

const HEADERS = { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' };

/** Where password managers send somebody who may have a passkey here (W3C, A Well-Known URL for Relying Party Passkey Endpoints). */
export const GET = publicRoute('GET /.well-known/passkey-endpoints', { sharing: 'anybody' }, async () => {
  if (!arePasskeysAvailable()) return problem('not_found');
  const page = `${env().appOrigin}/account/security`;
  const text = JSON.stringify({ enroll: page, manage: page });
  return cacheable(text, await entityTag(text), HEADERS);
});
