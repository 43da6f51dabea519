import 'server-only';
import type { NextRequest } from 'next/server';
import type { z } from 'zod';
import { readCredentials } from '@/lib/core/http/bearer';
import type { Sharing } from '@/lib/core/http/cors';
import { isForm } from '@/lib/core/http/origin-check';
import { PRIVATE_HEADERS } from '@/lib/core/http/problem';
import type { AccessClaims } from '@/lib/core/token/claims';
import { DEFAULT_MAX_BODY_BYTES, discardBody, fieldFaults, readBody } from '@/lib/server/http/request-body';
import { requestFacts } from '@/lib/server/http/request-facts';
import type { OriginRule } from '@/lib/server/http/request-origin';
import { noteForbidden } from '@/lib/server/observability/refusals';
import { findCaller } from '@/lib/server/sessions/renewal';
import { guardChange, type Signer } from '@/lib/server/step-up/guard';
import { type ApiAnswer, type Problem, problem } from './answer';
import type { FormPaths } from './form-answer';
import { type Call, type ErrorFormat, pipeline, type ReadBody, type RouteHandler, type Step } from './pipeline';
import { problemResponse } from './problem-response';
import type { RouteName } from './route-table';
import { stepUpRequired } from './step-up-answer';

type Options<Body> = {
  /** Shape of the body; without it none is read. */
  readonly body?: z.ZodType<Body>;
  readonly maxBodyBytes?: number;
  /** Which pages of other origins may read the answers; none, when nothing is said. */
  readonly sharing?: Sharing;
  readonly form?: FormPaths<Problem>;
  /** `refuse` for a GET that does something: scanners and previews send HEAD, and Next would run the handler for it. */
  readonly head?: 'refuse';
};

/** Problem documents (RFC 9457), and answers that no cache keeps. */
const PROBLEM_FORMAT: ErrorFormat<Problem> = {
  headers: PRIVATE_HEADERS,
  errorOf: (failure) => problem(failure, failure === 'service_unavailable' ? { retryAfterSeconds: 2 } : undefined),
  toResponse: ({ code, details }) => problemResponse(code, details),
};

/**
 * A handler for every caller, signed in or not. Origin, body limit, schema, `no-store` and failures are dealt with around it.
 *
 * @param name What it answers, such as `POST /api/auth/login`.
 */
export const publicRoute = <Body = undefined>(
  name: RouteName,
  options: Options<Body>,
  handle: (call: Call<null, Body>) => Promise<ApiAnswer>,
): RouteHandler => apiRoute(name, options, 'all', async () => ({ ok: true, value: null }), handle);

/**
 * As `publicRoute`, for callers with a valid access token only; others get 401 `unauthenticated`. A browser whose token has
 * run out is given a new one on the way, and told `session_ended` where its refresh cookie is good no more. With a Bearer
 * token the origin is not asked for: pages of other sites cannot send one, and it alone says who asks.
 */
export const sessionRoute = <Body = undefined>(
  name: RouteName,
  options: Options<Body>,
  handle: (call: Call<AccessClaims, Body>) => Promise<ApiAnswer>,
): RouteHandler => apiRoute(name, options, 'all_but_bearer', identifyCaller, handle);

/**
 * As `sessionRoute`, for what a person alone may do, in a browser. Beside a Bearer token it is `forbidden`, whoever's: a
 * program's token must not change who may sign in.
 */
export const personRoute = <Body = undefined>(
  name: RouteName,
  options: Options<Body>,
  handle: (call: Call<AccessClaims, Body>) => Promise<ApiAnswer>,
): RouteHandler => apiRoute(name, options, 'all_but_bearer', identifyPerson, handle);

/** As `personRoute`, for what changes an account: the handler is told who asks, as the database knows at that moment. */
export const changeRoute = <Body = undefined>(
  name: RouteName,
  options: Options<Body>,
  handle: (call: Call<AccessClaims, Body>, signer: Signer) => Promise<ApiAnswer>,
): RouteHandler =>
  personRoute(name, options, async (call) => {
    const signer = await guardChange(call.session, call.facts);
    return signer.ok ? handle(call, signer.value) : refused(signer.code, call.request, call.session);
  });

/**
 * As `publicRoute`, for admins in a browser: the database is asked once who they are at that moment, and the handler is told.
 * Everybody else is `forbidden`, and so is every Bearer token, whoever's. Of them no body is read.
 */
export const adminRoute = <Body = undefined>(
  name: RouteName,
  options: Options<Body>,
  handle: (call: Call<Signer, Body>) => Promise<ApiAnswer>,
): RouteHandler => apiRoute(name, options, 'all_but_bearer', identifyAdmin, handle);

/** As `adminRoute`, for what changes something: it wants a recent proof, asked for once the body is known to be right. */
export const adminChangeRoute = <Body = undefined>(
  name: RouteName,
  options: Options<Body>,
  handle: (call: Call<Signer, Body>) => Promise<ApiAnswer>,
): RouteHandler =>
  adminRoute(name, options, async (call) => (call.session.isRecent ? handle(call) : stepUpRequired(call.session)));

async function identifyAdmin(request: NextRequest): Promise<Step<Signer, Problem>> {
  const identified = await identifyPerson(request);
  if (!identified.ok) return identified;
  const signer = await guardChange(identified.value, requestFacts(request.headers));
  if (!signer.ok) return { ok: false, error: refused(signer.code, request, identified.value) };
  const isAdmin = signer.value.user.role === 'admin';
  return isAdmin ? signer : { ok: false, error: refused('forbidden', request, identified.value) };
}

async function identifyPerson(request: NextRequest): Promise<Step<AccessClaims, Problem>> {
  const identified = await identifyCaller(request);
  const isProgram = readCredentials(request.headers.get('authorization')).kind !== 'none';
  return identified.ok && isProgram
    ? { ok: false, error: refused('forbidden', request, identified.value) }
    : identified;
}

/** The error for somebody who is known; that they may not do something is written down. */
function refused(
  code: 'unauthenticated' | 'forbidden',
  { method, nextUrl }: NextRequest,
  claims: AccessClaims,
): Problem {
  if (code === 'forbidden') noteForbidden({ method, path: nextUrl.pathname }, claims);
  return problem(code);
}

type CallerFailure = Extract<Awaited<ReturnType<typeof findCaller>>, { ok: false }>['code'];

async function identifyCaller({ headers }: NextRequest): Promise<Step<AccessClaims, Problem>> {
  const found = await findCaller(headers);
  return found.ok ? found : { ok: false, error: refusal(found.code) };
}

/** Errors of Bearer requests say in `WWW-Authenticate` what was wrong with the token (RFC 6750 §3). */
function refusal(code: CallerFailure): Problem {
  if (code === 'session_ended') return problem('session_ended');
  if (code === 'malformed_credentials') return problem('malformed_request', { bearerError: 'invalid_request' });
  return problem('unauthenticated', code === 'unauthenticated' ? {} : { bearerError: code });
}

function apiRoute<Session, Body>(
  name: RouteName,
  { body: schema, maxBodyBytes = DEFAULT_MAX_BODY_BYTES, sharing = 'none', form, head }: Options<Body>,
  originRule: OriginRule,
  identify: (request: NextRequest) => Promise<Step<Session, Problem>>,
  handle: (call: Call<Session, Body>) => Promise<ApiAnswer>,
): RouteHandler {
  const readIt = (request: NextRequest) =>
    schema === undefined ? noBody<Body>(request, maxBodyBytes) : validBody(request, maxBodyBytes, schema);
  return pipeline(name, {
    format: PROBLEM_FORMAT,
    sharing,
    form,
    head,
    originRule,
    identify,
    readBody: readIt,
    handle,
  });
}

async function noBody<Body>(request: NextRequest, maxBytes: number): Promise<ReadBody<Body, Problem>> {
  if (isForm(request.headers.get('content-type'))) {
    const read = await readBody(request, maxBytes);
    if (!read.ok) return { fields: {}, outcome: { ok: false, error: problem(read.code) } };
    return { fields: { ...(read.value as object) }, outcome: { ok: true, value: undefined as Body } };
  }
  const discarded = await discardBody(request, maxBytes);
  if (!discarded.ok) return { fields: {}, outcome: { ok: false, error: problem(discarded.code) } };
  return { fields: {}, outcome: { ok: true, value: undefined as Body } };
}

async function validBody<Body>(
  request: NextRequest,
  maxBytes: number,
  schema: z.ZodType<Body>,
): Promise<ReadBody<Body, Problem>> {
  const read = await readBody(request, maxBytes);
  if (!read.ok) return { fields: {}, outcome: { ok: false, error: problem(read.code) } };
  const fields = typeof read.value === 'object' && read.value !== null ? { ...read.value } : {};
  const parsed = await schema.safeParseAsync(read.value);
  if (parsed.success) return { fields, outcome: { ok: true, value: parsed.data } };
  return { fields, outcome: { ok: false, error: problem('validation_failed', fieldFaults(parsed.error)) } };
}
