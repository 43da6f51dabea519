import 'server-only';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { DestinationStream } from 'pino';

/**
 * Writes each line of JSON to `destination` in a form for people, before the call returns: what is logged last, before
 * the process ends, is seen too. The formatter is a development dependency; where it is not installed, lines stay JSON.
 */
export function prettyOutput(destination: DestinationStream): DestinationStream {
  const pretty = loadFormatter();
  return { write: (line) => destination.write(pretty(line)) };
}

function loadFormatter(): (line: string) => string {
  // Sought where the server was started and not from this file: the build would take the package along.
  const require = createRequire(path.join(process.cwd(), 'package.json'));
  try {
    const { prettyFactory }: typeof import('pino-pretty') = require('pino-pretty');
    const colorize = process.stdout.isTTY === true;
    return prettyFactory({ colorize, messageKey: 'event', translateTime: 'SYS:HH:MM:ss' });
  } catch {
    return (line) => line;
  }
}
