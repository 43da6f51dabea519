import { expect } from 'vitest';
import { mailTo } from './mailbox';
import { send, type Target } from './requests';

const RESET_LINK = /^(https?:\/\/\S+)\/reset-password\?token=([\w-]+)$/m;

/** A mailed link to a new password: where it leads, and its token. */
export type ResetLink = { readonly origin: string; readonly token: string };

/** Asks for a link to a new password; the answer is the same for every address. */
export async function askForReset(server: Target, email: string, headers: Record<string, string> = {}): Promise<void> {
  const answer = await send(server, '/api/auth/forgot-password', { method: 'POST', json: { email }, headers });
  expect([answer.status, answer.json(), answer.setCookieLines]).toEqual([202, { status: 'reset_sent' }, []]);
}

/** The newest link mailed to an address, once there are exactly `count` mails with one. */
export async function mailedReset(server: Target, email: string, count = 1): Promise<ResetLink> {
  const { text } = await mailTo(server, email, { pattern: RESET_LINK, count });
  const [, origin = '', token = ''] = RESET_LINK.exec(text) ?? [];
  return { origin, token };
}

const UNDO_LINK = /^https?:\/\/\S+\/undo\?token=([\w-]+)$/m;

/** The token of the newest mailed link "It was not me". */
export async function mailedUndo(server: Target, email: string): Promise<string> {
  const { text } = await mailTo(server, email, { pattern: UNDO_LINK });
  return UNDO_LINK.exec(text)?.[1] ?? '';
}

/** Takes a change back by a link's token. */
export const takeBack = (server: Target, token: string, cookies: Record<string, string> = {}) =>
  send(server, '/api/auth/undo', { method: 'POST', json: { token }, cookies });

/** Sets a new password by a link's token. */
export const setNewPassword = (
  server: Target,
  token: string,
  password: string,
  { headers = {}, cookies = {} }: { headers?: Record<string, string>; cookies?: Record<string, string> } = {},
) => send(server, '/api/auth/reset-password', { method: 'POST', json: { token, password }, headers, cookies });
