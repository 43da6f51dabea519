import 'server-only';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/** What the build says of its routes; Next's own server reads the same file. */
const MANIFEST = '.next/routes-manifest.json';

const route = z.object({ page: z.string(), regex: z.string() });
const manifestSchema = z.object({ staticRoutes: z.array(route), dynamicRoutes: z.array(route) });

/** Everything that is no route of the build. Paths themselves are a stranger's text, and there are infinitely many. */
const OTHER = 'other';

export type RouteOf = (url: string) => string;

/**
 * Names requests by the pattern of their route, such as `/account/sessions` or `/problems/[code]`: a list that the build
 * made, and `other`. `/_next/…` stands for all that the build put there.
 */
export function routeNames(routes: z.infer<typeof manifestSchema>): RouteOf {
  const fixed = new Set(routes.staticRoutes.map(({ page }) => page).filter((page) => !page.startsWith('/_')));
  const patterns = routes.dynamicRoutes.map(({ page, regex }) => ({ page, regex: new RegExp(regex) }));
  return (url) => {
    const end = url.indexOf('?');
    const asked = end < 0 ? url : url.slice(0, end);
    if (fixed.has(asked)) return asked;
    if (asked.startsWith('/_next/')) return '/_next';
    return patterns.find(({ regex }) => regex.test(asked))?.page ?? OTHER;
  };
}

/** Of the build in the folder where the server was started; where there is none, as under `next dev`, all is `other`. */
export function builtRouteNames(): RouteOf {
  try {
    const file = path.join(process.cwd(), MANIFEST);
    return routeNames(manifestSchema.parse(JSON.parse(readFileSync(file, 'utf8'))));
  } catch {
    return () => OTHER;
  }
}
