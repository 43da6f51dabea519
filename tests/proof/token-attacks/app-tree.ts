import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { accessOf } from '@/lib/core/http/route-policy';
import { REPOSITORY } from '@/tests/support/server/environment';

const APP = path.join(REPOSITORY, 'app');
/** What stands for every address below a folder that is no page. */
const ANY_OTHER = '/[...nothing]';
const GUARDED = /\b(session|person|change|admin|adminChange)Route(?:<[^>]*>)?\(\s*'([A-Z]+) (\/[^']+)'/g;

const filesNamed = (name: string): string[] =>
  readdirSync(APP, { recursive: true, encoding: 'utf8' }).filter((file) => path.basename(file) === name);

/** The address of every page that is for members or admins, with `id` for the person that one names. */
export function protectedPages(id: string): string[] {
  return filesNamed('page.tsx')
    .map((file) => `/${path.dirname(file)}`.replaceAll(path.sep, '/').replaceAll(/\/\([^)]+\)/g, ''))
    .filter((page) => ['member', 'admin'].includes(accessOf(page)))
    .map((page) => page.replace(ANY_OTHER, '/no/such-page').replace('[id]', id))
    .sort();
}

export type Endpoint = { readonly method: string; readonly path: string };

/** Every endpoint that is for those who are signed in, as its route file names it, with `id` where it names something. */
export function protectedEndpoints(id: string): Endpoint[] {
  return filesNamed('route.ts')
    .flatMap((file) => [...readFileSync(path.join(APP, file), 'utf8').matchAll(GUARDED)])
    .map(([, , method = '', name = '']) => ({ method, path: name.replace('[id]', id) }))
    .sort((a, b) => `${a.path} ${a.method}`.localeCompare(`${b.path} ${b.method}`));
}
