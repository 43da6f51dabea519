import 'server-only';
import { namesEtag } from '@/lib/core/http/entity-tag';
import type { ProblemCode, ProblemDetails } from '@/lib/core/http/problem';

/** What a handler says went wrong, in the words of its error format. */
export type ErrorAnswer = { readonly kind: 'error'; readonly code: string; readonly details?: object };

/** What a handler answers; the pipeline makes the response. */
export type Answer<Error extends ErrorAnswer> =
  | { readonly kind: 'json'; readonly status: number; readonly body: object; readonly headers?: HeadersInit }
  | { readonly kind: 'empty'; readonly status: 204; readonly headers?: HeadersInit }
  | { readonly kind: 'elsewhere'; readonly path: string }
  | { readonly kind: 'file'; readonly name: string; readonly type: string; readonly content: BodyInit }
  | { readonly kind: 'cacheable'; readonly text: string; readonly etag: string; readonly headers: HeadersInit }
  | Error;

/** An error of the API (RFC 9457). */
export type Problem = { readonly kind: 'error'; readonly code: ProblemCode; readonly details?: ProblemDetails };

export type ApiAnswer = Answer<Problem>;

export const json = (body: object, status = 200, headers: HeadersInit = {}): Answer<never> => ({
  kind: 'json',
  status,
  body,
  headers,
});

export const empty = (headers: HeadersInit = {}): Answer<never> => ({ kind: 'empty', status: 204, headers });

/** A file to keep, under a name of ours in ASCII; a form gets it as well. */
export const file = (name: string, type: string, content: BodyInit): Answer<never> => ({
  kind: 'file',
  name,
  type,
  content,
});

/**
 * For the end of a session: caches only, of pages that were fetched or drawn ahead too; browsers pass over values that they
 * do not know. The wider values would sign people out of every other application under this domain.
 */
export const CLEAR_CACHE = { 'clear-site-data': '"cache", "prefetchCache", "prerenderCache"' };

/** Sends whoever asks to a page of ours (302, RFC 9110 §15.4.3). */
export const elsewhere = (path: string): Answer<never> => ({ kind: 'elsewhere', path });

/** The same for every caller: cacheable by its own headers, 304 where the caller has it already (RFC 9110 §13.1.2). */
export const cacheable = (text: string, etag: string, headers: HeadersInit): Answer<never> => ({
  kind: 'cacheable',
  text,
  etag,
  headers,
});

export const problem = (code: ProblemCode, details?: ProblemDetails): Problem =>
  details ? { kind: 'error', code, details } : { kind: 'error', code };

/** The response of an answer that is no error. `ownHeaders`: what every answer of its format carries. */
export function toResponse(
  answer: Answer<never>,
  request: Request,
  ownHeaders: Readonly<Record<string, string>>,
): Response {
  switch (answer.kind) {
    case 'json': {
      const headers = { ...ownHeaders, ...Object.fromEntries(new Headers(answer.headers)) };
      return Response.json(answer.body, { status: answer.status, headers });
    }
    case 'file': {
      const { name, type, content } = answer;
      const headers = { ...ownHeaders, 'content-type': type, 'content-disposition': `attachment; filename="${name}"` };
      return new Response(content, { headers });
    }
    case 'empty': {
      const headers = { ...ownHeaders, ...Object.fromEntries(new Headers(answer.headers)) };
      return new Response(null, { status: answer.status, headers });
    }
    case 'elsewhere':
      return new Response(null, { status: 302, headers: { ...ownHeaders, location: answer.path } });
    case 'cacheable': {
      const headers = new Headers(answer.headers);
      headers.set('etag', answer.etag);
      const isHeld = namesEtag(request.headers.get('if-none-match'), answer.etag);
      return new Response(isHeld ? null : answer.text, { status: isHeld ? 304 : 200, headers });
    }
  }
}
