// @ts-check
// Route handlers that nothing guards. Requests with a token pass the middleware by, so origin and session are checked by
// the wrappers around a handler or not at all. `npm run dev` says so while a file is written, and a test before it lands.
import { readdirSync, readFileSync, watch } from 'node:fs';
import path from 'node:path';
import { ROOT } from './processes.mjs';

/** Handlers that are bare on purpose: they check by themselves what has to be checked, or are the same for everybody. */
export const BARE_ON_PURPOSE = [
  // A picture that the build draws once.
  'app/icon.svg/route.ts',
];

const ROUTE_FILE = /(?:^|[\\/])route\.[jt]sx?$/;
const METHOD = '(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)';
const COMMENT = /\/\*[\s\S]*?\*\/|(?<=^|[\s;{}(,])\/\/.*$/gm;
const CONSTANTS = new RegExp(`\\bexport\\s+(?:const|let|var)\\s+${METHOD}\\b[^=]*=\\s*(\\w*)`, 'g');
const FUNCTIONS = new RegExp(`\\bexport\\s+(?:async\\s+)?function\\s*\\*?\\s*${METHOD}\\b`, 'g');
/** `export { handler as POST, GET }`: what is exported bears the last name of each part. */
const LISTS = /\bexport\s*\{([^}]*)\}/g;
const LISTED = new RegExp(`\\b${METHOD}\\s*$`);
const WRAPPERS = [
  'publicRoute',
  'sessionRoute',
  'personRoute',
  'changeRoute',
  'adminRoute',
  'adminChangeRoute',
  'oauthRoute',
];

/**
 * What nothing guards in a route file, in sentences that say what to write.
 *
 * @param {string} file Relative to the repository, with slashes.
 * @param {string} text
 */
export function bareHandlersIn(file, text) {
  if (BARE_ON_PURPOSE.includes(file)) return [];
  const code = text.replace(COMMENT, '');
  const constants = [...code.matchAll(CONSTANTS)].filter(([, , value = '']) => !WRAPPERS.includes(value));
  const listed = [...code.matchAll(LISTS)].flatMap(([, list = '']) => list.split(',').map((part) => LISTED.exec(part)));
  const found = [...constants, ...code.matchAll(FUNCTIONS), ...listed.filter((one) => one !== null)];
  const bare = found.map(([, method = '']) => method);
  return [...new Set(bare)].map((method) => {
    const name = `${method} ${pathOf(file)}`;
    return `${file}: nothing guards ${method}. Write \`export const ${method} = sessionRoute('${name}', {}, async ({ session }) => …)\`, or publicRoute for everybody (docs/your-code.md); what has to be a bare function is named in BARE_ON_PURPOSE of scripts/bare-handlers.mjs.`;
  });
}

/** The path that Next serves a route file at; groups are no part of it. @param {string} file */
const pathOf = (file) =>
  `/${file
    .split('/')
    .slice(1, -1)
    .filter((segment) => !segment.startsWith('('))
    .join('/')}`;

/** Of every route file below `app`, in sentences. */
export function bareHandlers(root = ROOT) {
  const files = readdirSync(path.join(root, 'app'), { recursive: true, encoding: 'utf8' });
  return files.filter((file) => ROUTE_FILE.test(file)).flatMap((file) => inApp(root, file));
}

/**
 * Tells `say` of each handler that nothing guards, now and whenever a route file is written. Keeps no process alive.
 *
 * @param {(sentence: string) => void} say
 */
export function watchBareHandlers(say, root = ROOT) {
  let known = new Set();
  const look = () => {
    const found = new Set(bareHandlers(root));
    for (const sentence of found) if (!known.has(sentence)) say(sentence);
    known = found;
  };
  look();
  const watcher = watch(path.join(root, 'app'), { recursive: true }, (_event, file) => {
    if (file === null || ROUTE_FILE.test(file)) look();
  });
  watcher.unref();
  return watcher;
}

/** @param {string} root @param {string} file Relative to `app`. */
function inApp(root, file) {
  const name = path.posix.join('app', file.split(path.sep).join('/'));
  try {
    return bareHandlersIn(name, readFileSync(path.join(root, name), 'utf8'));
  } catch {
    // Written or moved at this moment: the next event tells.
    return [];
  }
}
