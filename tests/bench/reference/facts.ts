import type { AccessClaims } from '@/lib/core/token/claims';

/** What the reference routes say: as much as the protected ones, about no person. */
export const NOBODY: AccessClaims = {
  iss: 'http://localhost:3000',
  aud: 'http://localhost:3000',
  sub: 'AAAAAAAAAAAAAAAAAAAAAA',
  sid: 'BBBBBBBBBBBBBBBBBBBBBB',
  jti: 'CCCCCCCCCCCCCCCC',
  client_id: 'web',
  iat: 1_800_000_000,
  exp: 1_800_000_300,
  auth_time: 1_800_000_000,
  role: 'member',
  amr: ['pwd'],
  status: { status_list: { idx: 12_345, uri: 'http://localhost:3000/status-lists/0' } },
};

/** The body of the JSON routes. */
export const summary = ({ sub, sid, role, amr, auth_time, exp }: AccessClaims) => ({
  sub,
  sid,
  role,
  amr,
  authTime: new Date(auth_time * 1_000).toISOString(),
  expiresAt: new Date(exp * 1_000).toISOString(),
});
