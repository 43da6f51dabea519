import { KEY_SET_MAX_AGE_SECONDS } from '@/lib/core/policy';
import { liveKeyring } from '@/lib/server/keys/live-keyring';
import { cacheable } from '@/lib/server/routes/answer';
import { publicRoute } from '@/lib/server/routes/route-handler';

export * from '@/lib/server/routes/other-methods';

const HEADERS = {
  'content-type': 'application/jwk-set+json',
  'cache-control': `public, max-age=${KEY_SET_MAX_AGE_SECONDS}`,
};

/** The public keys that verify our tokens (RFC 7517 §5). */
export const GET = publicRoute('GET /.well-known/jwks.json', { sharing: 'anybody' }, async () => {
  const { text, etag } = (await liveKeyring()).published;
  return cacheable(text, etag, HEADERS);
});
