import 'server-only';
import type { Outcome } from './program';

export const refused = (sentence: string): Outcome => ({ ok: false, sentence });

export const say = (text: string): Outcome => ({ ok: true, text });

export const nobody = (email: string): Outcome =>
  refused(`nobody has the address ${email}: an account begins with a sign-up whose code was typed`);

/** "1 session was", "2 sessions were" */
export const sessionsWere = (count: number): string => `${count} ${count === 1 ? 'session was' : 'sessions were'}`;
