import { endpoints } from '@/lib/server/endpoints';
import { liveKeys } from '@/lib/server/live-state';
import { publicFact, publicRoute } from '@/lib/server/route-handler';

const HEADERS = {
  'content-type': 'application/jwk-set+json',
  // How long verifiers may keep it: an emergency retirement holds everywhere about so much later.
  'cache-control': 'public, max-age=60',
};

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints({
  GET: publicRoute({}, async () => {
    const { published, signing } = await liveKeys();
    const etag = `"${signing.kid}-${published.keys.length}"`;
    return publicFact(JSON.stringify(published), etag, HEADERS);
  }),
});
