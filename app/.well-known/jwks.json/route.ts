import { KEY_SET_MAX_AGE_SECONDS } from '@/lib/core/policy';
import { liveKeyring } from '@/lib/server/keys/live-keyring';
import { endpoints } from '@/lib/server/routes/endpoints';
import { publicFact, publicRoute } from '@/lib/server/routes/route-handler';

const HEADERS = {
  'content-type': 'application/jwk-set+json',
  'cache-control': `public, max-age=${KEY_SET_MAX_AGE_SECONDS}`,
};

/** The public keys that verify our tokens (RFC 7517 §5). */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints(
  {
    GET: publicRoute({}, async () => {
      const { text, etag } = (await liveKeyring()).published;
      return publicFact(text, etag, HEADERS);
    }),
  },
  'anybody',
);
