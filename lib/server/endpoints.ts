import 'server-only';
import { problemResponse } from '@/lib/core/http/problem';
import type { RouteHandler } from './route-handler';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
type Method = (typeof METHODS)[number];
type Endpoints = Record<Method | 'OPTIONS', RouteHandler>;

/**
 * The exports of a route file: the handlers given, and for every other method 405 with `Allow` (RFC 9110 §15.5.6) and a
 * problem body, which Next's own 405 has not.
 */
export function endpoints(handlers: Partial<Record<Exclude<Method, 'HEAD'>, RouteHandler>>): Endpoints {
  const all: Partial<Record<Method, RouteHandler>> = handlers.GET ? { ...handlers, HEAD: handlers.GET } : handlers;
  const allow = [...METHODS.filter((method) => all[method] !== undefined), 'OPTIONS'].join(', ');
  const refuse: RouteHandler = async () => {
    const response = problemResponse('method_not_allowed');
    response.headers.set('allow', allow);
    return response;
  };
  const tell: RouteHandler = async () => new Response(null, { status: 204, headers: { allow } });
  return {
    GET: all.GET ?? refuse,
    HEAD: all.HEAD ?? refuse,
    POST: all.POST ?? refuse,
    PUT: all.PUT ?? refuse,
    PATCH: all.PATCH ?? refuse,
    DELETE: all.DELETE ?? refuse,
    OPTIONS: tell,
  };
}
