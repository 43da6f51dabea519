import 'server-only';
import type { NextRequest } from 'next/server';
import type { z } from 'zod';
import { bearerToken } from '@/lib/core/http/bearer';
import { hasAnyCookie } from '@/lib/core/http/cookies';
import { namesEtag } from '@/lib/core/http/entity-tag';
import { checkOrigin, isForm } from '@/lib/core/http/origin-check';
import { PRIVATE_HEADERS, type ProblemCode, type ProblemDetails, problemResponse } from '@/lib/core/http/problem';
import { andThen, type MaybePromise } from '@/lib/core/maybe-promise';
import type { AccessClaims } from '@/lib/core/token/claims';
import { env } from '@/lib/server/config/env';
import { isDatabaseTrouble } from '@/lib/server/database/errors';
import { ourCookieNames } from '@/lib/server/http/cookies';
import { DEFAULT_MAX_BODY_BYTES, discardBody, fieldFaults, readBody } from '@/lib/server/http/request-body';
import { type RequestFacts, requestFacts } from '@/lib/server/http/request-facts';
import { log } from '@/lib/server/observability/logger';
import { type AuthenticationFailure, authenticate } from '@/lib/server/sessions/current-user';

/** What a handler answers; the wrapper makes the response. */
export type Answer =
  | { readonly kind: 'json'; readonly status: number; readonly body: object }
  | { readonly kind: 'empty'; readonly headers?: HeadersInit }
  | { readonly kind: 'public'; readonly text: string; readonly etag: string; readonly headers: HeadersInit }
  | { readonly kind: 'problem'; readonly code: ProblemCode; readonly details?: ProblemDetails };

export const json = (body: object, status = 200): Answer => ({ kind: 'json', status, body });
export const empty = (headers?: HeadersInit): Answer => (headers ? { kind: 'empty', headers } : { kind: 'empty' });
/** The same for everybody: cacheable by its own headers, 304 where the caller has it already. */
export const publicFact = (text: string, etag: string, headers: HeadersInit): Answer => ({
  kind: 'public',
  text,
  etag,
  headers,
});
export const problem = (code: ProblemCode, details?: ProblemDetails): Answer =>
  details ? { kind: 'problem', code, details } : { kind: 'problem', code };

export type Call<Body, Session> = {
  readonly request: NextRequest;
  readonly body: Body;
  readonly session: Session;
  readonly facts: RequestFacts;
  /** The dynamic segments of the path that are one segment long. */
  readonly params: Promise<Readonly<Record<string, string>>>;
};

type Options<Body> = {
  /** Shape of the body; without it none is read. */
  readonly body?: z.ZodType<Body>;
  readonly maxBodyBytes?: number;
  /** Where a plain HTML form is sent with 303, by what happened: the way pages work with scripts off. */
  readonly form?: { success(fields: FormFields): string; failure(answer: FailedAnswer, fields: FormFields): string };
};

export type FormFields = Readonly<Record<string, unknown>>;
export type FailedAnswer = Extract<Answer, { kind: 'problem' }>;
/** Next gives routes without dynamic segments no object at all, whatever its types say. */
type Context = { params: Promise<Record<string, string | string[] | undefined> | undefined> };
export type RouteHandler = (request: NextRequest, context: Context) => Promise<Response>;

/** A handler that anybody may call. Origin, body limit, schema, `no-store` and failures are dealt with around it. */
export function publicRoute<Body = undefined>(
  options: Options<Body>,
  handle: (call: Call<Body, null>) => Promise<Answer>,
): RouteHandler {
  return wrap(options, () => null, handle);
}

/** As `publicRoute`, for callers with a valid access token only; others get 401 `unauthenticated`. */
export function sessionRoute<Body = undefined>(
  options: Options<Body>,
  handle: (call: Call<Body, AccessClaims>) => Promise<Answer>,
): RouteHandler {
  const identify = (request: NextRequest) =>
    andThen(authenticate(request.headers), (found) => (found.ok ? found.value : refusal(found.code)));
  return wrap(options, identify, handle);
}

/** Errors of Bearer requests say in `WWW-Authenticate` what was wrong with the token (RFC 6750 §3). */
function refusal(code: AuthenticationFailure): Answer {
  if (code === 'malformed_credentials') return problem('malformed_request', { bearerError: 'invalid_request' });
  return problem('unauthenticated', code === 'invalid_token' ? { bearerError: 'invalid_token' } : {});
}

function wrap<Body, Session extends object | null>(
  options: Options<Body>,
  identify: (request: NextRequest) => MaybePromise<Session | Answer>,
  handle: (call: Call<Body, Session>) => Promise<Answer>,
): RouteHandler {
  const { body: schema, maxBodyBytes = DEFAULT_MAX_BODY_BYTES, form } = options;
  return async (request, context) => {
    if (isForeign(request)) return problemResponse('origin_refused');
    let fields: FormFields = {};
    const callOf = (session: Session, body: Body): Call<Body, Session> => ({
      request,
      session,
      body,
      get facts() {
        return requestFacts(request.headers);
      },
      get params() {
        return segments(context);
      },
    });
    const work = (session: Session): MaybePromise<Answer> => {
      if (schema === undefined) {
        return andThen(discardBody(request, maxBodyBytes), (discarded) =>
          discarded.ok ? handle(callOf(session, undefined as Body)) : problem(discarded.code),
        );
      }
      return andThen(readBody(request, maxBodyBytes), (read) => {
        if (!read.ok) return problem(read.code);
        if (typeof read.value === 'object' && read.value !== null) fields = { ...read.value };
        const parsed = schema.safeParse(read.value);
        return parsed.success
          ? handle(callOf(session, parsed.data))
          : problem('validation_failed', fieldFaults(parsed.error));
      });
    };
    let answer: Answer;
    try {
      answer = await andThen(identify(request), (session) => (isAnswer(session) ? session : work(session)));
    } catch (error) {
      answer = ownTrouble(request, error);
    }
    const isPlainForm = form !== undefined && isForm(request.headers.get('content-type'));
    return isPlainForm ? seeOther(answer, form, fields) : toResponse(answer, request);
  };
}

async function segments({ params }: Context): Promise<Record<string, string>> {
  return Object.fromEntries(
    Object.entries((await params) ?? {}).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}

/**
 * The origin check of the middleware once more: it does not stand in front of every route, and can be bypassed. A form
 * of another site gets the problem itself: a redirect would let that site choose what our login page says.
 */
function isForeign(request: NextRequest): boolean {
  const { headers, method } = request;
  if (bearerToken(headers.get('authorization')) !== null) return false;
  const facts = {
    method,
    secFetchSite: headers.get('sec-fetch-site'),
    origin: headers.get('origin'),
    contentType: headers.get('content-type'),
    get hasOurCookie() {
      return hasAnyCookie(headers.get('cookie'), ourCookieNames());
    },
  };
  return !checkOrigin(facts, env().appOrigin).ok;
}

/** What was thrown is our own trouble: 503 when the database does not answer, else 500. Logged, never told. */
function ownTrouble(request: NextRequest, error: unknown): Answer {
  const isDatabase = isDatabaseTrouble(error);
  log.error('request.failed', { method: request.method, path: request.nextUrl.pathname, error });
  return isDatabase ? problem('service_unavailable', { retryAfterSeconds: 2 }) : problem('internal_error');
}

const isAnswer = (value: object | null): value is Answer => value !== null && 'kind' in value;

function toResponse(answer: Answer, request: NextRequest): Response {
  if (answer.kind === 'problem') return problemResponse(answer.code, answer.details);
  if (answer.kind === 'public') {
    const headers = new Headers(answer.headers);
    headers.set('etag', answer.etag);
    const isHeld = namesEtag(request.headers.get('if-none-match'), answer.etag);
    return new Response(isHeld ? null : answer.text, { status: isHeld ? 304 : 200, headers });
  }
  if (answer.kind === 'json') return Response.json(answer.body, { status: answer.status, headers: PRIVATE_HEADERS });
  const headers = { ...PRIVATE_HEADERS, ...Object.fromEntries(new Headers(answer.headers)) };
  return new Response(null, { status: 204, headers });
}

function seeOther(answer: Answer, form: NonNullable<Options<unknown>['form']>, fields: FormFields): Response {
  const path = answer.kind === 'problem' ? form.failure(answer, fields) : form.success(fields);
  const extra = answer.kind === 'empty' ? Object.fromEntries(new Headers(answer.headers)) : {};
  return new Response(null, { status: 303, headers: { ...PRIVATE_HEADERS, ...extra, location: path } });
}
