import { describe, expect, test } from 'vitest';
import { adviceFor } from '@/lib/server/keys/advice';
import type { KeyFacts, ReportedKey, ReportedSecret } from '@/lib/server/keys/facts';

const AT = '2026-11-23T08:00:00.000Z';
const LATER = '2026-11-23T08:01:00.000Z';
const EARLIER = '2026-11-23T07:00:00.000Z';
const NOBODY = { sessions: 0, until: null };

const key = (state: ReportedKey['state']): ReportedKey => ({
  kid: `kid-${state}`,
  algorithm: 'ES256',
  state,
  since: EARLIER,
  until: null,
});
const entry = (place: number, facts: Partial<ReportedSecret> = {}): ReportedSecret => ({
  place,
  id: place * 10,
  keys: place === 1 ? 5 : 0,
  sessions: 0,
  sessionsUntil: null,
  mayGo: false,
  ...facts,
});
const facts = (changes: Partial<KeyFacts> = {}): KeyFacts => ({
  at: AT,
  signing: [key('current'), key('ready')],
  rotation: { everyDays: 0, due: 'off', dueAt: null, readyAt: EARLIER },
  dataKeys: [],
  secrets: [entry(1)],
  unopened: [],
  otherSessions: { unknown: NOBODY, unlisted: NOBODY },
  ...changes,
});

const due = (changes: Partial<KeyFacts>) => adviceFor(facts(changes)).filter(({ isDue }) => isDue);
const commands = (changes: Partial<KeyFacts>) => adviceFor(facts(changes)).flatMap(({ command }) => command ?? []);

describe('what is due', () => {
  test('is said to be nothing when it is nothing, with what may be done all the same', () => {
    expect(adviceFor(facts())).toEqual([
      { isDue: false, text: 'Nothing is due.', command: null },
      {
        isDue: false,
        text: 'Keys rotate by hand only (KEY_ROTATION_DAYS is 0); the next key may sign at any time.',
        command: 'npm run keys -- rotate',
      },
    ]);
  });

  test('no command is shown before it would work', () => {
    expect(commands({ rotation: { everyDays: 0, due: 'off', dueAt: null, readyAt: LATER } })).toEqual([]);
    expect(commands({ rotation: { everyDays: 30, due: 'waiting', dueAt: EARLIER, readyAt: LATER } })).toEqual([]);
  });

  test('a rotation that is due is due by command or by itself', () => {
    const rotation = { everyDays: 30, due: 'due', dueAt: EARLIER, readyAt: EARLIER } as const;
    expect(due({ rotation })).toEqual([
      { isDue: true, text: expect.stringContaining(`<${EARLIER}>`), command: 'npm run keys -- rotate' },
    ]);
  });

  test.each([[[key('current')]], [[key('next')]], [[key('retired'), key('gone'), key('ready')]]])(
    'a signing key that is missing is made by migrating: %#',
    (signing) => {
      expect(due({ signing })).toMatchObject([{ command: 'npm run db:migrate' }]);
    },
  );

  test('keys of an old entry are rewrapped first; the entry goes after the last session', () => {
    expect(commands({ secrets: [entry(1), entry(2, { keys: 1 })] })).toContain('npm run keys -- rewrap');
    const held = due({ secrets: [entry(1), entry(2, { sessions: 2, sessionsUntil: LATER })] });
    expect(held).toEqual([]);
    expect(due({ secrets: [entry(1), entry(2, { mayGo: true })] })).toMatchObject([
      { text: 'Entry 2 (id 20) of AUTH_SECRET may go: take it out of the list and restart.' },
    ]);
  });

  test('sessions are told as so many or more where not all were counted', () => {
    const secrets = [entry(1), entry(2, { sessions: 1_000, sessionsUntil: LATER })];
    expect(adviceFor(facts({ secrets })).map(({ text }) => text)).toContain(
      `Entry 2 (id 20) must stay while 1,000 or more live sessions hold a refresh token that it made: until <${LATER}> at the latest, sooner as people come back.`,
    );
  });

  test('two entries with one id are told about: nothing can say which of them made a token', () => {
    const secrets = [entry(1, { sessions: 3 }), entry(2, { id: 10, sessions: 3, mayGo: false })];
    expect(due({ secrets })).toMatchObject([{ text: expect.stringContaining('Entries 1 and 2') }]);
  });

  test('keys that nothing opens come before everything but a missing key', () => {
    const unopened = [{ id: 'abc', purpose: 'pepper' }];
    const [first] = due({ unopened, secrets: [entry(1), entry(2, { keys: 1 })] });
    expect(first?.text).toContain('abc (pepper)');
  });
});
