import { describe, expect, it } from 'vitest';
import type { Evidence, Probe, SessionFacts } from './evidence';
import type { Entry, Handed } from './journal';
import { judge } from './judge';

const PORT = 3001;
const KILL = { port: PORT, fromMs: 20_000, backMs: 22_000 };
const OUTAGE = { fromMs: 40_000, backMs: 42_000 };

let count = 0;
const entry = (more: Partial<Entry>): Entry => {
  count += 1;
  const at = { fromMs: 10_000, untilMs: 10_050 };
  const who = { id: `request-${count}`, client: 0, person: 'ada', brought: { session: 'a', counter: 1 } };
  const answer = { status: 200, isRefused: false, handed: null, password: null, target: null, words: '' };
  return { ...who, what: 'refresh', ...at, ...answer, ...more };
};
const handed = (session: string, counter: number, text = `${session}.${counter}`): Handed => ({
  ...{ session, counter, text },
});
const row = (more: Partial<SessionFacts>): SessionFacts => ({
  ...{ id: 'a', person: 'ada', counter: 2, begunAtMs: 0, endedAtMs: null, endReason: null, isRevoked: false },
  ...more,
});
const over = (endReason: string, endedAtMs: number, more: Partial<SessionFacts> = {}) =>
  row({ endReason, endedAtMs, isRevoked: true, ...more });

/** A run in which one client renewed once and nothing went wrong, but for what is told. */
function evidence({ entries = [], ...more }: Partial<Evidence> & { entries?: readonly Entry[] } = {}): Evidence {
  const renewal = entry({ handed: handed('a', 2) });
  return {
    journal: { entries: [renewal, ...entries], doubts: [], prepared: [{ ...handed('a', 1), client: 0 }] },
    ...{ passed: [], kills: [KILL], outages: [OUTAGE], sessions: [row({})], probes: [], alarms: [] },
    standings: [{ client: 0, person: 'ada', held: { session: 'a', counter: 2 } }],
    ...more,
  };
}
const kindsOf = (given: Evidence) => judge(given).map(({ kind }) => kind);
const seenByNginx = (one: Entry, atMs: number, ports: readonly number[]) => ({
  ...{ atMs, method: 'POST', path: '/', status: one.status, id: one.id, ports },
});

describe('the judge of a crash run', () => {
  it('has nothing to say of a run in which nothing went wrong', () => {
    expect(judge(evidence())).toEqual([]);
  });

  it('finds a session that ended and that nobody asked to end', () => {
    expect(kindsOf(evidence({ sessions: [over('reuse_detected', 15_000)], standings: [] }))).toEqual(['lost session']);
    const early = entry({ what: 'sign out', status: 204, fromMs: 1_000, untilMs: 1_050 });
    const sessions = [over('signed_out', 15_000)];
    expect(kindsOf(evidence({ sessions, standings: [], entries: [early] }))).toEqual(['lost session']);
  });

  it('finds a session that is gone from the table', () => {
    expect(kindsOf(evidence({ sessions: [], standings: [] }))).toContain('lost session');
  });

  it.each([
    ['signed_out', entry({ what: 'sign out', status: 204 })],
    ['ended_by_owner', entry({ what: 'end others', status: 204, brought: { session: 'b', counter: 0 } })],
    ['ended_by_owner', entry({ what: 'end one', status: 204, target: 'a', brought: { session: 'b', counter: 0 } })],
    ['password_changed', entry({ what: 'change password', status: 204, brought: { session: 'b', counter: 0 } })],
    ['superseded', entry({ what: 'sign in', status: 200 })],
    ['superseded', entry({ what: 'change password', status: 502 })],
  ])('takes %s for what its person asked for', (reason, by) => {
    const passed = [seenByNginx(by, KILL.fromMs, [PORT])];
    const given = evidence({ sessions: [over(reason, 10_020)], standings: [], entries: [by], passed });
    expect(judge(given)).toEqual([]);
  });

  it('does not take a refused wish for the cause of an end', () => {
    const by = entry({ what: 'sign out', status: 403 });
    const given = evidence({ sessions: [over('signed_out', 10_020)], standings: [], entries: [by] });
    expect(kindsOf(given)).toContain('lost session');
  });

  it('finds two tokens of one counter, a token ahead of the table, and one that skips a step', () => {
    const twice = [entry({ handed: handed('a', 2, 'another') })];
    expect(kindsOf(evidence({ entries: twice }))).toEqual(['two valid tokens']);
    const ahead = [entry({ brought: { session: 'a', counter: 2 }, handed: handed('a', 3) })];
    expect(kindsOf(evidence({ entries: ahead }))).toEqual(['two valid tokens']);
    const skipping = [entry({ brought: { session: 'a', counter: 0 }, handed: handed('a', 2) })];
    expect(kindsOf(evidence({ entries: skipping }))).toEqual(['two valid tokens']);
  });

  it.each<[Probe['kind'], number, string[]]>([
    ['current', 200, []],
    ['current', 401, ['lost session']],
    ['replaced', 401, []],
    ['replaced', 200, ['two valid tokens']],
    ['stolen', 200, ['two valid tokens']],
    ['ended', 200, ['two valid tokens']],
    ['ended', 401, []],
  ])('of a token that is %s and answered with %i afterwards it says %j', (kind, status, findings) => {
    expect(kindsOf(evidence({ probes: [{ session: 'a', counter: 2, kind, status }] }))).toEqual(findings);
  });

  it('finds a 401 of a session that lives, that ended later, and one that SQL contradicts', () => {
    const refused = entry({ status: 401, isRefused: true });
    expect(kindsOf(evidence({ entries: [refused] }))).toEqual(['wrong 401']);
    const later = entry({ what: 'sign out', status: 204, fromMs: 30_000, untilMs: 30_050 });
    const given = evidence({ entries: [refused, later], sessions: [over('signed_out', 30_010)], standings: [] });
    expect(kindsOf(given)).toEqual(['wrong 401']);
    const { journal } = evidence();
    const doubts = [{ client: 0, session: 'a', atMs: 10_000, isLive: true }];
    expect(kindsOf(evidence({ journal: { ...journal, doubts } }))).toEqual(['wrong 401']);
  });

  it('lets a 401 pass after its person ended the session', () => {
    const by = entry({ what: 'sign out', status: 204 });
    const refused = entry({ status: 401, isRefused: true, fromMs: 11_000, untilMs: 11_050 });
    const sessions = [over('signed_out', 10_020)];
    expect(judge(evidence({ entries: [by, refused], sessions, standings: [] }))).toEqual([]);
  });

  it('finds a right password that is refused and a replaced one that is taken, and waits for a change that is under way', () => {
    const signIn = { what: 'sign in', fromMs: 11_000, untilMs: 11_050 } as const;
    const refused = (password: number) => entry({ ...signIn, password, status: 401, isRefused: true });
    const change = (status: number) => entry({ what: 'change password', status, password: 1, handed: handed('a', 2) });
    const passed = (one: Entry) => [seenByNginx(one, KILL.fromMs, [PORT])];
    expect(kindsOf(evidence({ entries: [refused(0)] }))).toEqual(['wrong 401']);
    expect(kindsOf(evidence({ entries: [change(204), refused(0)] }))).toEqual([]);
    expect(kindsOf(evidence({ entries: [change(204), refused(1)] }))).toEqual(['wrong 401']);
    const lost = change(502);
    expect(kindsOf(evidence({ entries: [lost, refused(0), refused(1)], passed: passed(lost) }))).toEqual([]);
    const taken = entry({ ...signIn, password: 0 });
    expect(kindsOf(evidence({ entries: [change(204), taken] }))).toEqual(['replaced password']);
  });

  it('finds a 500 whatever is away', () => {
    const during = entry({ status: 500, fromMs: OUTAGE.fromMs, untilMs: OUTAGE.backMs });
    expect(kindsOf(evidence({ entries: [during] }))).toEqual(['failure of its own']);
  });

  it.each([
    ['names the killed instance at its kill', KILL.fromMs + 900, PORT, []],
    ['names it a second later', KILL.fromMs + 1_000, PORT, ['502 without a kill']],
    ['names another', KILL.fromMs + 10, PORT + 1, ['502 without a kill']],
  ])('of a 502 asks the log of nginx: one that %s', (_, atMs, port, findings) => {
    const lost = entry({ status: 502, fromMs: atMs - 50, untilMs: atMs });
    expect(kindsOf(evidence({ entries: [lost], passed: [seenByNginx(lost, atMs, [port])] }))).toEqual(findings);
  });

  it('finds a 502 of which nginx knows nothing, and a request without an answer', () => {
    expect(kindsOf(evidence({ entries: [entry({ status: 502 })] }))).toEqual(['502 without a kill']);
    expect(kindsOf(evidence({ entries: [entry({ status: 0 })] }))).toEqual(['no answer']);
  });

  it.each([
    ['while the database is away', OUTAGE.fromMs + 10, PORT + 1, []],
    ['of a killed instance', KILL.fromMs + 10, PORT, []],
    ['of another while one is killed', KILL.fromMs + 10, PORT + 1, ['503 without an outage']],
    ['of a day like any other', 30_000, PORT, ['503 without an outage']],
  ])('of a 503 asks what was away: one %s', (_, atMs, port, findings) => {
    const away = entry({ status: 503, fromMs: atMs - 5, untilMs: atMs });
    expect(kindsOf(evidence({ entries: [away], passed: [seenByNginx(away, atMs, [port])] }))).toEqual(findings);
  });

  it('finds an answer that no fault can explain', () => {
    expect(kindsOf(evidence({ entries: [entry({ what: 'asset', status: 404 })] }))).toEqual(['unexpected answer']);
  });

  it.each([
    ['its counter', { session: 'a', counter: 2 }, []],
    ['the parent', { session: 'a', counter: 1 }, []],
    ['the parent of the parent', { session: 'a', counter: 0 }, ['client and table disagree']],
    ['a token of the future', { session: 'a', counter: 3 }, ['client and table disagree']],
    ['nothing', null, ['client and table disagree']],
  ])('compares the table with each client: one that holds %s', (_, held, findings) => {
    expect(kindsOf(evidence({ standings: [{ client: 0, person: 'ada', held }] }))).toEqual(findings);
  });

  it('finds a session that nobody began, and lets each lost answer account for one', () => {
    const stranger = (id: string, more = {}) => row({ id, counter: 0, begunAtMs: 10_010, ...more });
    const lost = entry({ what: 'sign in', status: 502, password: 0 });
    const passed = [seenByNginx(lost, KILL.fromMs, [PORT])];
    const one = [row({}), stranger('b')];
    expect(kindsOf(evidence({ sessions: one }))).toEqual(['session of nobody']);
    expect(kindsOf(evidence({ sessions: one, entries: [lost], passed }))).toEqual([]);
    const two = [...one, stranger('c')];
    expect(kindsOf(evidence({ sessions: two, entries: [lost], passed }))).toEqual(['session of nobody']);
    const used = [row({}), stranger('b', { counter: 1 })];
    expect(kindsOf(evidence({ sessions: used, entries: [lost], passed }))).toEqual(['session of nobody']);
  });

  it('finds an ending without its revocation, and an alarm', () => {
    const by = entry({ what: 'sign out', status: 204 });
    const half = [over('signed_out', 10_020, { isRevoked: false })];
    expect(kindsOf(evidence({ entries: [by], sessions: half, standings: [] }))).toEqual(['half an ending']);
    expect(kindsOf(evidence({ alarms: ['refresh_reuse'] }))).toEqual(['false alarm']);
  });
});
