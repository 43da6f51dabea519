import 'server-only';
import type { NextRequest } from 'next/server';
import type { Sharing } from '@/lib/core/http/cors';
import { isForm } from '@/lib/core/http/origin-check';
import { connectionFault } from '@/lib/server/database/connection-faults';
import { isDatabaseTrouble } from '@/lib/server/database/errors';
import type { BodyFailure } from '@/lib/server/http/request-body';
import { type RequestFacts, requestFacts } from '@/lib/server/http/request-facts';
import { isForeign, type OriginRule } from '@/lib/server/http/request-origin';
import { log } from '@/lib/server/observability/logger';
import { countRefusal } from '@/lib/server/observability/refusals';
import { refuseMethod } from './allowed-methods';
import { type Answer, type ErrorAnswer, toResponse } from './answer';
import { withCors } from './cross-origin';
import { type FormFields, type FormPaths, seeOther } from './form-answer';
import { declareRoute, type RouteName } from './route-table';

/** What may fail around a handler. */
export type StepFailure = 'origin_refused' | BodyFailure | 'service_unavailable' | 'internal_error';

/** How a family of routes tells errors, and what each of its other answers carries. */
export type ErrorFormat<E extends ErrorAnswer> = {
  readonly headers: Readonly<Record<string, string>>;
  errorOf(failure: StepFailure): E;
  toResponse(error: E): Response;
};

/** What a step gives, or the error that ends the request there. */
export type Step<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

/** A body as it was read, and what became of it. `fields` are there for a form that has to come back to its page. */
export type ReadBody<Body, E> = { readonly fields: FormFields; readonly outcome: Step<Body, E> };

export type Call<Session, Body> = {
  readonly request: NextRequest;
  readonly session: Session;
  readonly body: Body;
  readonly facts: RequestFacts;
  /** The dynamic segments of the path that are one segment long. */
  readonly params: Promise<Readonly<Record<string, string>>>;
};

/** Next gives routes without dynamic segments no object at all, whatever its types say. */
type Context = { params: Promise<Record<string, string | string[] | undefined> | undefined> };
export type RouteHandler = (request: NextRequest, context: Context) => Promise<Response>;

export type Steps<Session, Body, E extends ErrorAnswer> = {
  readonly format: ErrorFormat<E>;
  readonly sharing: Sharing;
  readonly originRule: OriginRule;
  /** `refuse`: this GET does something, and Next would run it for HEAD as well. */
  readonly head?: 'refuse' | undefined;
  /** Who asks. It goes before the body: of a caller who may not pass, nothing more is read. */
  identify(request: NextRequest): Promise<Step<Session, E>>;
  readBody(request: NextRequest): Promise<ReadBody<Body, E>>;
  handle(call: Call<Session, Body>): Promise<Answer<E>>;
  readonly form?: FormPaths<E> | undefined;
};

/** The way of every request to a route handler: *origin → identify → body → handle → respond*. */
export function pipeline<Session, Body, E extends ErrorAnswer>(
  name: RouteName,
  steps: Steps<Session, Body, E>,
): RouteHandler {
  const { format, sharing, form, originRule, head } = steps;
  declareRoute(name, { sharing, originRule }, head);
  const respond = async (request: NextRequest, context: Context): Promise<Response> => {
    if (head === 'refuse' && request.method === 'HEAD') return refuseMethod(request);
    // A form of another site gets the error itself: a redirect would let that site choose what our pages say.
    if (isForeign(request, originRule)) {
      countRefusal('origin_refused');
      return format.toResponse(format.errorOf('origin_refused'));
    }
    const { answer, fields } = await run(steps, request, context);
    if (answer.kind === 'error') countRefusal(answer.code);
    // A file is what the form asked for: the browser keeps it, and the page stays.
    const isLed = form !== undefined && isForm(request.headers.get('content-type')) && answer.kind !== 'file';
    if (isLed) return seeOther(answer, form, fields);
    return answer.kind === 'error' ? format.toResponse(answer) : toResponse(answer, request, format.headers);
  };
  return async (request, context) => withCors(request, await respond(request, context), sharing, []);
}

async function run<Session, Body, E extends ErrorAnswer>(
  { format, identify, readBody, handle }: Steps<Session, Body, E>,
  request: NextRequest,
  context: Context,
): Promise<{ answer: Answer<E>; fields: FormFields }> {
  let fields: FormFields = {};
  try {
    const identified = await identify(request);
    if (!identified.ok) return { answer: identified.error, fields };
    const read = await readBody(request);
    fields = read.fields;
    if (!read.outcome.ok) return { answer: read.outcome.error, fields };
    const answer = await handle({
      request,
      session: identified.value,
      body: read.outcome.value,
      get facts() {
        return requestFacts(request.headers);
      },
      get params() {
        return segments(context);
      },
    });
    return { answer, fields };
  } catch (error) {
    return { answer: format.errorOf(ownFailure(request, error)), fields };
  }
}

async function segments({ params }: Context): Promise<Record<string, string>> {
  return Object.fromEntries(
    Object.entries((await params) ?? {}).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}

/** What was thrown is our own trouble: 503 when the database does not answer, else 500. Logged, never told. */
function ownFailure(request: NextRequest, error: unknown): StepFailure {
  const { sentence: reason } = connectionFault(error) ?? {};
  log.error('request.failed', { method: request.method, path: request.nextUrl.pathname, reason, error });
  return isDatabaseTrouble(error) ? 'service_unavailable' : 'internal_error';
}
