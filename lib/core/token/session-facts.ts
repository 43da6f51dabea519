import { toIso } from '../time';
import type { AccessClaims, Role } from './claims';

/** What a page may know of the session that is shown in it, as `GET /api/auth/session` spells it. Times are ISO 8601. */
export type SessionFacts = {
  /** User id. */
  readonly sub: string;
  /** Session id. */
  readonly sid: string;
  readonly role: Role;
  readonly amr: readonly string[];
  readonly authTime: string;
  /** When the access token runs out; the session goes on. */
  readonly expiresAt: string;
};

export const sessionFacts = ({ sub, sid, role, amr, auth_time, exp }: AccessClaims): SessionFacts => ({
  sub,
  sid,
  role,
  amr,
  authTime: toIso(auth_time),
  expiresAt: toIso(exp),
});
