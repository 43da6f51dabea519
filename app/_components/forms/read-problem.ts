import { isRecord } from '@/lib/core/json';
import type { Faults } from './faults';
import { problemText } from './problem-text';

type Refusal = Omit<Faults, 'attempt'>;

/** What an error answer (RFC 9457) means for the form that caused it. */
export async function faultsOf(answer: Response): Promise<Refusal> {
  const body: unknown = await answer.json().catch(() => null);
  const fallback = answer.status === 503 ? 'service_unavailable' : 'internal_error';
  const code = isRecord(body) && typeof body['code'] === 'string' ? body['code'] : fallback;
  const fields = isRecord(body) ? fieldSentences(body['errors']) : {};
  if (Object.keys(fields).length > 0) return { code, summary: null, fields, waitSeconds: null };
  const title = isRecord(body) && typeof body['title'] === 'string' ? body['title'] : null;
  const retryAfter = Number(answer.headers.get('retry-after') ?? Number.NaN);
  const wait = Number.isFinite(retryAfter) ? retryAfter : null;
  const waitSeconds = code === 'too_many_attempts' ? wait : null;
  return { code, summary: problemText(code, wait, title), fields, waitSeconds };
}

/** The first sentence of each field. */
function fieldSentences(errors: unknown): Record<string, string> {
  const sentences: Record<string, string> = {};
  if (!Array.isArray(errors)) return sentences;
  for (const fault of errors) {
    if (!isRecord(fault) || typeof fault['field'] !== 'string' || typeof fault['message'] !== 'string') continue;
    sentences[fault['field']] ??= fault['message'];
  }
  return sentences;
}
