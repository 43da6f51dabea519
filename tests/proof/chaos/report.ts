import type { Proved } from '@/tests/support/proof';
import type { Finding } from './evidence';
import type { Entry } from './journal';
import { endedUnheard } from './refusals';
import type { Ran } from './run';

const MOST_TOLD = 40;

/** What is said of a run: in the table of `npm run prove`, and with more of it on the terminal. */
export function tell(
  { evidence, done, seconds, killsPlanned }: Ran,
  findings: readonly Finding[],
  which: string,
): Proved[] {
  const { journal, kills, outages, sessions, standings, probes } = evidence;
  const { entries } = journal;
  const of = (...kinds: readonly Finding['kind'][]) => findings.filter(({ kind }) => kinds.includes(kind)).length;
  const withStatus = (status: number) => entries.filter((entry) => entry.status === status).length;
  const badAnswers = of(
    ...(['failure of its own', '502 without a kill', '503 without an outage', 'no answer'] as const),
    ...(['unexpected answer', 'wrong 401', 'replaced password'] as const),
  );
  const longestSeconds = (all: readonly { fromMs: number; backMs: number }[]) =>
    Math.max(0, ...all.map(({ fromMs, backMs }) => (backMs - fromMs) / 1_000)).toFixed(1);
  const faults = `${kills.length} kills, ${outages.length} hard restart of PostgreSQL (away for ${longestSeconds(outages)} s), ${done.ends.length} instances of another build`;
  process.stdout.write(
    [
      `${which}: ${entries.length} requests in ${Math.round(seconds)} s, ${faults}`,
      `  ${JSON.stringify(countsOf(entries.map(({ what }) => what)))}`,
      `  502: ${withStatus(502)}, 503: ${withStatus(503)}, 401: ${withStatus(401)}, longest answer ${longestOf(entries)} s`,
      `  ${sessions.length} sessions, ${endedUnheard(evidence)} of them ended by a change whose answer was lost; ${probes.length} probes`,
      `  findings: ${JSON.stringify(countsOf(findings.map(({ kind }) => kind)))}`,
      ...findings.slice(0, MOST_TOLD).map(({ kind, said }) => `  ${kind}: ${said}`),
      '',
    ].join('\n'),
  );
  return [
    {
      what: `requests of ${standings.length} clients, ${which}`,
      tried: entries.length,
      held: entries.length - badAnswers,
      note: `${faults}; ${withStatus(502)} × 502, ${withStatus(503)} × 503, ${withStatus(500)} × 500`,
    },
    {
      what: `sessions at the end that agree with their client, ${which}`,
      tried: standings.length,
      held: standings.length - of('client and table disagree'),
    },
    {
      what: `sessions that were begun, none lost and none with two tokens, ${which}`,
      tried: sessions.length,
      held:
        sessions.length - of('lost session', 'two valid tokens', 'session of nobody', 'half an ending', 'false alarm'),
      note: `${probes.length} tokens used again at the end`,
    },
    { what: `kills, each instance healthy again, ${which}`, tried: killsPlanned, held: kills.length },
  ];
}

function countsOf(all: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of all) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}

const longestOf = (entries: readonly Entry[]): string =>
  (entries.reduce((longest, { fromMs, untilMs }) => Math.max(longest, untilMs - fromMs), 0) / 1_000).toFixed(1);
