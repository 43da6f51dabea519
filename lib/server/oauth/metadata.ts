import 'server-only';
import { env } from '@/lib/server/config/env';

/**
 * What this issuer offers (RFC 8414 §2): only what exists. There is no authorization endpoint, so `response_types_supported`
 * is empty, which the RFC requires to be said.
 */
export function issuerMetadata(): object {
  const { appOrigin: issuer } = env();
  return {
    issuer,
    token_endpoint: `${issuer}/api/auth/token`,
    revocation_endpoint: `${issuer}/api/oauth/revoke`,
    introspection_endpoint: `${issuer}/api/oauth/introspect`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    // Token Status List §9.1.
    status_list_aggregation_endpoint: `${issuer}/status-lists`,
    response_types_supported: [],
    grant_types_supported: ['refresh_token'],
    token_endpoint_auth_methods_supported: ['none'],
    revocation_endpoint_auth_methods_supported: ['none'],
    introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  };
}
