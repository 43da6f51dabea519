import 'server-only';
import { type Metric, NONE } from './metric';

const ROUTE = {
  says: 'the pattern of a route, such as `/api/auth/session`',
  shape: /^(?:\/[\w.[\]-]{0,40}){1,8}$|^other$/,
};
const STATUS = { says: 'the status code; 499: nobody waited for the answer', shape: /^[1-5]\d\d$/ };

/** Requests, what a process holds and waits for, and what the database keeps for all of them. */
export const PROCESS_METRICS = {
  'http.server.request.duration': {
    kind: 'histogram',
    unit: 's',
    says: 'time from a request to the end of its answer',
    attributes: { 'http.route': ROUTE, 'http.response.status_code': STATUS },
    alarm: '5xx of more than 0.1 % of the requests',
  },
  'handstamp.revocations.alive': {
    kind: 'gauge',
    unit: '1',
    says: 'ended sessions and stale claims that this process holds in memory',
    attributes: NONE,
    alarm: 'more than 50,000',
  },
  'handstamp.state.read.duration': {
    kind: 'histogram',
    unit: 's',
    says: 'time of the one query a second that tells of keys and ended sessions',
    attributes: NONE,
    alarm: null,
  },
  'handstamp.state.age': {
    kind: 'gauge',
    unit: 's',
    says: 'age of what it brought last; grows while nobody asks',
    attributes: NONE,
    alarm: 'more than 3 s while there are requests',
  },
  'handstamp.status_list.sign.duration': {
    kind: 'histogram',
    unit: 's',
    says: 'time to pack and sign a status list',
    attributes: NONE,
    alarm: null,
  },
  'handstamp.status_list.number': {
    kind: 'gauge',
    unit: '1',
    says: 'the highest status list that a session belongs to',
    attributes: NONE,
    alarm: null,
  },
  'handstamp.key.age': {
    kind: 'gauge',
    unit: 's',
    says: 'age of each kind of key in each state, of the oldest one',
    attributes: {
      purpose: ['signing', 'seal', 'pepper', 'status_index', 'limiter', 'totp'],
      state: ['next', 'current', 'retired'],
    },
    alarm: '`current` of `signing` older than your policy',
  },
  'handstamp.secret.entries': {
    kind: 'gauge',
    unit: '1',
    says: 'entries of `AUTH_SECRET`',
    attributes: NONE,
    alarm: 'more than 1 for longer than a rotation takes',
  },
  'db.client.connection.count': {
    kind: 'gauge',
    unit: '1',
    says: 'connections to the database',
    attributes: { state: ['idle', 'used'] },
    alarm: null,
  },
  'db.client.connection.pending_requests': {
    kind: 'gauge',
    unit: '1',
    says: 'statements that wait for a connection',
    attributes: NONE,
    alarm: 'more than 0 for a minute',
  },
  'db.client.connection.wait_time': {
    kind: 'histogram',
    unit: 's',
    says: 'time until a statement had its connection',
    attributes: NONE,
    alarm: 'p99 of more than 0.1 s',
  },
  'handstamp.mail.due': { kind: 'gauge', unit: '1', says: 'mails that are due', attributes: NONE, alarm: null },
  'handstamp.mail.oldest': {
    kind: 'gauge',
    unit: 's',
    says: 'age of the oldest mail that waits, or 0',
    attributes: NONE,
    alarm: 'more than 300 s',
  },
  'nodejs.eventloop.delay.p99': {
    kind: 'gauge',
    unit: 's',
    says: 'delay of the event loop since the last reading',
    attributes: NONE,
    alarm: 'more than 0.2 s',
  },
  'process.memory.usage': {
    kind: 'gauge',
    unit: 'By',
    says: 'memory that the process takes',
    attributes: NONE,
    alarm: 'more than 0.9 of the limit of its container',
  },
} as const satisfies Readonly<Record<string, Metric>>;
