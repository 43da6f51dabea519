import 'server-only';
import { fromUtf8 } from '@/lib/core/encoding';
import { findClient, isClientId, type OAuthClient } from './client-store';
import type { Parameters } from './oauth-route';

/**
 * The resource server that a request comes from: `client_secret_basic`, or `client_secret_post` when there is no
 * `Authorization` header (RFC 6749 §2.3.1; never both). Null when it is none of ours.
 */
export async function authenticateClient(headers: Headers, parameters: Parameters): Promise<OAuthClient | null> {
  const authorization = headers.get('authorization');
  if (authorization !== null) {
    if (parameters['client_secret'] !== undefined) return null;
    const basic = readBasic(authorization);
    return basic === null ? null : findClient(basic.id, basic.secret);
  }
  const { client_id: id, client_secret: secret } = parameters;
  return id === undefined || secret === undefined ? null : findClient(id, secret);
}

/**
 * Whether a request means to come from one of our clients: with `client_secret`, or a Basic header that names an id as we
 * make them. Any other Basic header is for a proxy in front, and says nothing here.
 */
export function bringsClient(headers: Headers, parameters: Parameters): boolean {
  const basic = readBasic(headers.get('authorization') ?? '');
  return parameters['client_secret'] !== undefined || (basic !== null && isClientId(basic.id));
}

/** Id and secret of a Basic header (RFC 7617 §2); both are form-encoded first (RFC 6749 §2.3.1). */
function readBasic(authorization: string): { id: string; secret: string } | null {
  const encoded = /^Basic +(\S+) *$/i.exec(authorization)?.[1];
  const text = encoded === undefined ? null : fromUtf8(Buffer.from(encoded, 'base64'));
  const colon = text?.indexOf(':') ?? -1;
  if (text === null || colon < 0) return null;
  try {
    return { id: formDecode(text.slice(0, colon)), secret: formDecode(text.slice(colon + 1)) };
  } catch {
    return null;
  }
}

const formDecode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));
