import 'server-only';
import { type ProblemCode, type ProblemDetails, problemDocument } from '@/lib/core/http/problem';
import { env } from '@/lib/server/config/env';

/** An error answer of this site (RFC 9457). */
export const problemResponse = (code: ProblemCode, details?: ProblemDetails): Response =>
  problemDocument(env().appOrigin, code, details);
