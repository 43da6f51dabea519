import 'server-only';
import type { RequestFacts } from '@/lib/server/http/request-facts';

/** Who changes an account that is not theirs, for the audit log. */
export type Acting = {
  /** The admin; null for the command line. */
  readonly actorId: string | null;
  /** Of their request; null where there is none. */
  readonly facts: RequestFacts | null;
};

/** Whoever has the command line of the server. */
export const OPERATOR: Acting = { actorId: null, facts: null };

/** Ids are 128 random bits in base64url. Any other text is none, and some of it PostgreSQL cannot even store. */
const USER_ID = /^[A-Za-z0-9_-]{22}$/;

/** An id as it came in a path or a form; null for any other text. */
export const readUserId = (text: string | undefined): string | null => (USER_ID.test(text ?? '') ? (text ?? '') : null);
