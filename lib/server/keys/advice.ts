import 'server-only';
import { type Advice, countSessions, type KeyFacts } from './facts';

const RUN = 'npm run keys --';
const MIGRATE = 'npm run db:migrate';

/** What the facts ask of an operator, the most urgent first. Never empty. */
export function adviceFor(facts: KeyFacts): Advice[] {
  const all = [...missing(facts), ...unopened(facts), ...secrets(facts), ...rotation(facts)];
  const isCalm = !all.some(({ isDue }) => isDue);
  return isCalm ? [{ isDue: false, text: 'Nothing is due.', command: null }, ...all] : all;
}

function missing({ signing }: KeyFacts): Advice[] {
  const has = (...states: string[]) => signing.some(({ state }) => states.includes(state));
  if (has('current') && has('next', 'ready')) return [];
  return [
    { isDue: true, text: 'A signing key is missing: the server needs a current and a next one.', command: MIGRATE },
  ];
}

function unopened({ unopened: keys }: KeyFacts): Advice[] {
  if (keys.length === 0) return [];
  const names = keys.map(({ id, purpose }) => `${id} (${purpose})`).join(', ');
  const text = `No entry of AUTH_SECRET opens ${names}: put the secret back into the list that wrapped ${keys.length === 1 ? 'it' : 'them'}.`;
  return [{ isDue: true, text, command: null }];
}

function rotation({ rotation: { everyDays, due, dueAt, readyAt }, at }: KeyFacts): Advice[] {
  const isReady = readyAt !== null && readyAt <= at;
  const from = readyAt === null ? '' : `the next key may sign from <${readyAt}>`;
  if (due === 'due') {
    const text = `Rotation is due since <${dueAt ?? at}>: the next cleaning rotates, or you do.`;
    return [{ isDue: true, text, command: `${RUN} rotate` }];
  }
  if (due === 'waiting') {
    const text = from === '' ? 'Rotation is due.' : `Rotation is due and waits: ${from}.`;
    return [{ isDue: true, text, command: null }];
  }
  const plan =
    due === 'off'
      ? 'Keys rotate by hand only (KEY_ROTATION_DAYS is 0)'
      : `Keys rotate every ${count(everyDays, 'day')}, the next time with the first cleaning after <${dueAt ?? at}>`;
  const now = isReady ? 'the next key may sign at any time' : from;
  return [
    { isDue: false, text: now === '' ? `${plan}.` : `${plan}; ${now}.`, command: isReady ? `${RUN} rotate` : null },
  ];
}

/** Old entries of AUTH_SECRET: first move what they wrap, then wait for sessions, then take them out. */
function secrets({ secrets: entries, otherSessions: { unknown, unlisted } }: KeyFacts): Advice[] {
  const advice: Advice[] = [];
  const old = entries.slice(1);
  const wrapping = old.filter(({ keys }) => keys > 0);
  if (wrapping.length > 0) {
    const keys = wrapping.reduce((sum, entry) => sum + entry.keys, 0);
    const text = `${count(keys, 'stored key')} ${isAre(keys)} still wrapped by an old entry of AUTH_SECRET.`;
    advice.push({ isDue: true, text, command: `${RUN} rewrap` });
  }
  for (const { place, id, sessions, sessionsUntil, mayGo } of old) {
    const twin = entries.find((entry) => entry.place < place && entry.id === id);
    if (twin !== undefined) {
      const text = `Entries ${twin.place} and ${place} of AUTH_SECRET have the same id by chance, so their sessions cannot be told apart: put another new secret first.`;
      advice.push({ isDue: true, text, command: null });
    } else if (mayGo) {
      const text = `Entry ${place} (id ${id}) of AUTH_SECRET may go: take it out of the list and restart.`;
      advice.push({ isDue: true, text, command: null });
    } else if (sessions > 0) {
      const text = `Entry ${place} (id ${id}) must stay while ${countSessions(sessions)} ${sessions === 1 ? 'holds' : 'hold'} a refresh token that it made: until <${sessionsUntil ?? ''}> at the latest, sooner as people come back.`;
      advice.push({ isDue: false, text, command: null });
    }
  }
  if (old.length > 0 && unknown.sessions > 0) {
    const text = `Nobody noted which secret made the refresh token of ${countSessions(unknown.sessions)}: keep every entry until <${unknown.until ?? ''}> at the latest.`;
    advice.push({ isDue: false, text, command: null });
  }
  if (unlisted.sessions > 0) {
    const text = `${countSessions(unlisted.sessions)} ${unlisted.sessions === 1 ? 'holds' : 'hold'} a refresh token of a secret that is not in AUTH_SECRET: put it back, or ${unlisted.sessions === 1 ? 'that person has' : 'those people have'} to sign in again.`;
    advice.push({ isDue: true, text, command: null });
  }
  return advice;
}

const count = (number: number, thing: string): string => `${number} ${thing}${number === 1 ? '' : 's'}`;
const isAre = (number: number): string => (number === 1 ? 'is' : 'are');
