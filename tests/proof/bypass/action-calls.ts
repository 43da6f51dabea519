import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { RawRequest } from '@/tests/support/http/raw-request';
import { cookieHeader, SITE } from '@/tests/support/http/requests';
import { REPOSITORY } from '@/tests/support/server/environment';
import type { Caller } from './callers';
import type { Ids } from './protected-routes';

/** A server action of the build. */
export type Action = { readonly id: string; readonly name: string; readonly isAdmins: boolean };

const manifestSchema = z.object({
  node: z.record(z.string(), z.object({ filename: z.string(), exportedName: z.string() })),
});

/** All of them, as the build lists them: each belongs to a page behind the door. */
export function everyAction(): Action[] {
  const file = path.join(REPOSITORY, '.next/server/server-reference-manifest.json');
  const { node } = manifestSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return Object.entries(node).map(([id, { filename, exportedName }]) => ({
    ...{ id, name: exportedName },
    isAdmins: filename.startsWith('app/(admin)/'),
  }));
}

/** Pages that everybody may post to, and one that is behind the door: Next runs an action wherever it is sent. */
export const PAGES = ['/', '/account', '/nowhere'] as const;

const BOUNDARY = 'a-boundary-of-our-own';

/** What the forms of all pages say, about somebody and something that is there. */
const fieldsOf = ({ users, sessions, passkeys }: Ids): Readonly<Record<string, string>> => ({
  ...{ name: 'Taken Over', email: 'taken@over.test', sessionId: sessions, id: users, passkeyId: passkeys },
  ...{
    change: 'disable',
    action: 'disable',
    role: 'admin',
    reason: 'none',
    password: 'x',
    newPassword: 'x',
    code: '000000',
  },
});

/** Arguments in React's encoding: none, the state before and a form, a form alone, a text. By the type of their body. */
function argumentsFor(ids: Ids): readonly (readonly [type: string, body: string])[] {
  const form = (reply: string) => {
    const parts = Object.entries(fieldsOf(ids)).map(([name, value]): [string, string] => [`1_${name}`, value]);
    const all = [...parts, ['0', reply] as const].map(
      ([name, value]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
    return `${all.join('')}--${BOUNDARY}--\r\n`;
  };
  const multipart = `multipart/form-data; boundary=${BOUNDARY}`;
  return [
    ['text/plain;charset=UTF-8', '[]'],
    ['text/plain;charset=UTF-8', JSON.stringify([ids.sessions])],
    [multipart, form('["$undefined","$K1"]')],
    [multipart, form('["$K1"]')],
  ];
}

/** Every way to call an action by somebody. */
export function callsOf({ id }: Action, { cookies }: Caller, ids: Ids): RawRequest[] {
  const cookie = cookieHeader(cookies);
  return PAGES.flatMap((target) =>
    argumentsFor(ids).map(([type, body]): RawRequest => {
      const headers: [string, string][] = [
        ['Host', new URL(SITE).host],
        ['Origin', SITE],
        ...(cookie === '' ? [] : ([['Cookie', cookie]] as [string, string][])),
        ['Content-Type', type],
        ['Content-Length', String(Buffer.byteLength(body))],
        ['Next-Action', id],
        ['Accept', 'text/x-component'],
      ];
      return { method: 'POST', target, version: 'HTTP/1.1', headers, body };
    }),
  );
}
