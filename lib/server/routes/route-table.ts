import 'server-only';
import type { Sharing } from '@/lib/core/http/cors';
import type { OriginRule } from '@/lib/server/http/request-origin';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type Method = (typeof METHODS)[number];

/** A handler's method and path, the path as the folders below `app` spell it: `DELETE /api/auth/sessions/[id]`. */
export type RouteName = `${Exclude<Method, 'HEAD'>} /${string}`;

/** What a path has: which pages of other origins may read its answers, and which requests are checked for their origin. */
export type RouteRules = { readonly sharing: Sharing; readonly originRule: OriginRule };

/** What is known of a path. */
export type DeclaredRoute = RouteRules & { readonly methods: readonly Method[] };

type Entry = { readonly pattern: RegExp; readonly methods: Set<Method>; rules: RouteRules };

const entries = new Map<string, Entry>();

/** Notes a handler, so that the methods which its path lacks can be refused with what it has. */
export function declareRoute(name: RouteName, rules: RouteRules, head?: 'refuse'): void {
  const [method, path] = splitName(name);
  const entry: Entry = entries.get(path) ?? { pattern: patternOf(path), methods: new Set(), rules };
  entry.methods.add(method);
  // Next answers HEAD by the handler of GET.
  if (method === 'GET' && head !== 'refuse') entry.methods.add('HEAD');
  if (rules.sharing !== 'none') entry.rules = { ...entry.rules, sharing: rules.sharing };
  entries.set(path, entry);
}

/** The route that answers `pathname`; a path of more fixed segments goes before one of fewer. Null when there is none. */
export function routeAt(pathname: string): DeclaredRoute | null {
  const fitting = [...entries].filter(([, { pattern }]) => pattern.test(pathname));
  const [closest] = fitting.sort(([a], [b]) => fixedSegments(b) - fixedSegments(a));
  if (closest === undefined) return null;
  const [, { methods, rules }] = closest;
  return { methods: METHODS.filter((method) => methods.has(method)), ...rules };
}

function splitName(name: RouteName): [method: Method, path: string] {
  const method = METHODS.find((one) => name.startsWith(`${one} `));
  if (method === undefined) throw new Error(`"${name}" names no method: write it as "GET /api/example"`);
  return [method, name.slice(method.length + 1)];
}

const segmentsOf = (path: string): string[] => path.split('/').slice(1);
const fixedSegments = (path: string): number => segmentsOf(path).filter((segment) => !segment.startsWith('[')).length;

/** Next's dynamic segments: `[name]` is one segment, `[...name]` one or more, `[[...name]]` any number. */
function patternOf(path: string): RegExp {
  const parts = segmentsOf(path).map((segment) => {
    if (segment.startsWith('[[...')) return '(?:/[^/]+)*';
    if (segment.startsWith('[...')) return '(?:/[^/]+)+';
    return segment.startsWith('[') ? '/[^/]+' : `/${segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`;
  });
  return new RegExp(`^${parts.join('')}/?$`);
}
