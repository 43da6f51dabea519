import 'server-only';

/**
 * Prisma's codes for a server that is not there, refuses us, went away or is too busy (P1…, P2024, P2028, P2037), for a
 * transaction that had to give way to another (P2034), and for tables of another release (P2021, P2022).
 */
const TROUBLE_CODES = new Set(
  'P1000 P1001 P1002 P1003 P1008 P1010 P1011 P1017 P2021 P2022 P2024 P2028 P2034 P2037'.split(' '),
);

/**
 * PostgreSQL's own, none of which a caller of ours can cause: connections (08), passwords and roles (28), a database that
 * is not there (3D), read-only after a failover (25006), deadlocks (40), rights and tables that another release needs
 * (42501, 42P01, 42703), too little of something (53), locks and connections that are not to be had (55), shutdown and
 * cancelled statements (57), the machine (58) and PostgreSQL itself (XX).
 */
const TROUBLE_SQLSTATE = /^(?:08|28|3D|25006|40|42501|42P01|42703|53|55|57|58|F0|XX)/;

/** What a broken socket is called (libuv), and the words that the driver has instead of a code. */
const TROUBLE_SYSCALL = /^E(?:AI_AGAIN|CONN|HOST|NET|NOTFOUND|PIPE|TIMEDOUT|ADDRNOTAVAIL)/;
const TROUBLE_WORDS =
  /Connection terminated|Query read timeout|timeout exceeded when trying to connect|timeout expired|encountered a connection error|does not support SSL connections/;
/** The adapter's names for what it knows without an SQLSTATE. */
const TROUBLE_KIND = /^(?:ConnectionClosed|DatabaseNotReachable|SocketTimeout|TlsConnectionError|TooManyConnections)$/;

const UNIQUE_VIOLATION = '23505';
const MAX_DEPTH = 6;

/** True when the error says that the database could not be asked, or could not answer: our trouble, not the caller's. */
export function isDatabaseTrouble(error: unknown): boolean {
  for (const link of chainOf(error)) {
    const { errorCode, code = errorCode, originalCode, kind, message } = link;
    const sqlState = originalCode ?? code;
    if (isText(code) && (TROUBLE_CODES.has(code) || TROUBLE_SYSCALL.test(code))) return true;
    if (isText(sqlState) && sqlState.length === 5 && TROUBLE_SQLSTATE.test(sqlState)) return true;
    if (isText(kind) && TROUBLE_KIND.test(kind)) return true;
    if (isText(message) && TROUBLE_WORDS.test(message)) return true;
  }
  return false;
}

/** True when a row with that unique value already exists. */
export function isUniqueViolation(error: unknown): boolean {
  const links = chainOf(error);
  return links.some(({ code, originalCode }) => code === 'P2002' || (originalCode ?? code) === UNIQUE_VIOLATION);
}

/** The SQLSTATE in an error of the driver or of Prisma; null when it holds none. */
export function sqlStateOf(error: unknown): string | null {
  for (const { code, originalCode } of chainOf(error)) {
    const sqlState = originalCode ?? code;
    if (isText(sqlState) && /^[0-9A-Z]{5}$/.test(sqlState) && !/^P\d{4}$/.test(sqlState)) return sqlState;
  }
  return null;
}

type Link = { readonly [name: string]: unknown };

/**
 * An error and what it was made of. Prisma puts the driver's error into `meta.driverAdapterError`, whose `cause` has the
 * SQLSTATE as `originalCode`; errors of a transaction's beginning and end come without the outer one.
 */
export function chainOf(error: unknown): Link[] {
  const links: Link[] = [];
  let rest: unknown[] = [error];
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    const found = rest.filter(isLink);
    links.push(...found);
    rest = found.flatMap(({ cause, meta, errors }) => [
      cause,
      isLink(meta) ? meta['driverAdapterError'] : undefined,
      // A refused connection to every address of a host is an AggregateError.
      ...(Array.isArray(errors) ? errors : []),
    ]);
  }
  return links;
}

const isLink = (value: unknown): value is Link => typeof value === 'object' && value !== null;
const isText = (value: unknown): value is string => typeof value === 'string';
