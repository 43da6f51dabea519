import 'server-only';
import { Prisma } from './generated/prisma/client';

/** Prisma's codes for a server that is not there, went away, or is too busy. */
const TROUBLE_CODES = new Set(['P1001', 'P1002', 'P1008', 'P1011', 'P1017', 'P2024', 'P2028', 'P2037']);
/** PostgreSQL's own, as raw statements report them: connection exceptions, shutdown, too many connections. */
const TROUBLE_SQLSTATE = /^(?:08|57P|53)/;

/**
 * True when the error says that the database could not be asked. An error without any code is counted too: that is how
 * the driver reports a connection that broke under it.
 */
export function isDatabaseTrouble(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientInitializationError) return true;
  if (error instanceof Prisma.PrismaClientKnownRequestError) {
    if (TROUBLE_CODES.has(error.code)) return true;
    const sqlState = error.code === 'P2010' ? String(error.meta?.['code'] ?? '') : '';
    return TROUBLE_SQLSTATE.test(sqlState) || /can't reach|terminated|ECONN|closed|timeout/i.test(error.message);
  }
  return (
    error instanceof Error &&
    /Connection terminated|ECONNREFUSED|ECONNRESET|timeout exceeded|Query read timeout/i.test(error.message)
  );
}

/** True when a row with that unique value already exists. */
export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError &&
  (error.code === 'P2002' || (error.code === 'P2010' && String(error.meta?.['code']) === '23505'));
