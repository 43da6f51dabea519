import 'server-only';
import { type Advice, countSessions, type KeyReport } from '@/lib/server/keys/facts';
import { inUtc } from './keys-rotation';
import { table } from './table';

const PLACES: Readonly<Record<string, string>> = {
  next: 'next',
  ready: 'next, may sign',
  current: 'current, signs',
  retired: 'retired',
  gone: 'gone',
};

/** The report as `npm run keys -- status` prints it. */
export function showReport(report: KeyReport): string {
  const { signing, dataKeys, secrets, advice } = report;
  return [
    'Signing keys',
    table([
      ['KID', 'ALGORITHM', 'STATE', 'SINCE', 'UNTIL'],
      ...signing.map(({ kid, algorithm, state, since, until }) => [
        kid,
        algorithm,
        PLACES[state] ?? state,
        inUtc(since),
        until === null ? '-' : inUtc(until),
      ]),
    ]),
    'Data keys',
    table([
      ['PURPOSE', 'KEYS', 'WRAPPED BY'],
      ...dataKeys.map(({ purpose, count, place }) => [
        purpose,
        String(count),
        place === null ? 'none in the list' : `entry ${place}`,
      ]),
    ]),
    'Entries of AUTH_SECRET',
    table([
      ['ENTRY', 'ID', 'WRAPS', 'REFRESH TOKENS OF', 'UNTIL AT THE LATEST', ''],
      ...secrets.map(({ place, id, keys, sessions, sessionsUntil, mayGo }) => [
        place === 1 ? '1, makes' : String(place),
        String(id),
        `${keys} ${keys === 1 ? 'key' : 'keys'}`,
        countSessions(sessions, 'session'),
        sessionsUntil === null ? '-' : inUtc(sessionsUntil),
        mayGo ? 'may go' : '',
      ]),
    ]),
    'What is due',
    advice.map(showAdvice).join('\n'),
  ].join('\n\n');
}

function showAdvice({ text, command }: Advice): string {
  const sentence = `  ${text.replace(/<([^>]+)>/g, (_all, iso: string) => inUtc(iso))}`;
  return command === null ? sentence : `${sentence}\n    ${command}`;
}
