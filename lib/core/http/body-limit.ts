import { MAX_BODY_BYTES } from '../policy';

/**
 * True when a request brings more than `MAX_BODY_BYTES`. Next holds the body of a request in memory while middleware
 * looks at it, up to `proxyClientMaxBodySize` of next.config.js, and hands on a longer one cut off: what is too long must
 * be refused here. A body in chunks says no length, so it is counted. Next cuts it in front of the chunk that goes beyond
 * its limit, which is a chunk of a socket, 64 KB, above ours: more than ours is still seen.
 */
export async function isTooLarge(request: Pick<Request, 'headers' | 'body'>): Promise<boolean> {
  const declared = request.headers.get('content-length');
  if (declared !== null) return Number(declared) > MAX_BODY_BYTES;
  if (!request.headers.has('transfer-encoding') || request.body === null) return false;
  const reader = request.body.getReader();
  let length = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) length += read.value.length;
  return length > MAX_BODY_BYTES;
}
