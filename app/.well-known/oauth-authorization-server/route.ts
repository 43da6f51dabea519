import { toBase64Url, utf8 } from '@/lib/core/encoding';
import { issuerMetadata } from '@/lib/server/oauth/metadata';
import { endpoints } from '@/lib/server/routes/endpoints';
import { publicFact, publicRoute } from '@/lib/server/routes/route-handler';

const HEADERS = { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' };

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints(
  {
    GET: publicRoute({}, async () => {
      const text = JSON.stringify(issuerMetadata());
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(text)));
      return publicFact(text, `"${toBase64Url(digest.subarray(0, 12))}"`, HEADERS);
    }),
  },
  'anybody',
);
