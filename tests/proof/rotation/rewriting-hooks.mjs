// @ts-check
// What rewriting.mjs registers. It stands below the hooks of TypeScript, which ask it for the source.
import { pathToFileURL } from 'node:url';

/** @typedef {{ file: string, find: string, replace: string }} Edit */

/** @type {Edit | null} */
let edit = null;
/** @type {string | null} */
let editedUrl = null;

/** @param {string} given An edit as JSON, or nothing. */
export function initialize(given) {
  if (given === '') return;
  edit = JSON.parse(given);
  editedUrl = edit === null ? null : pathToFileURL(edit.file).href;
}

/**
 * `server-only` throws outside of React's server build; it is empty for whoever asks as that one does. Nothing else may: Next's
 * own modules for pages would be others then.
 *
 * @type {import('node:module').ResolveHook}
 */
export const resolve = (specifier, context, nextResolve) =>
  nextResolve(
    specifier,
    specifier === 'server-only' ? { ...context, conditions: [...context.conditions, 'react-server'] } : context,
  );

/**
 * Gives a module's source; that of the edit's module with the edit made. Throws where its text is not there exactly once:
 * a mutation that changes nothing, or something else, must not pass for one.
 *
 * @type {import('node:module').LoadHook}
 */
export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  if (edit === null || url.split('?')[0] !== editedUrl) return loaded;
  const { find, replace } = edit;
  const source = loaded.source instanceof Uint8Array ? new TextDecoder().decode(loaded.source) : String(loaded.source);
  const found = source.split(find).length - 1;
  if (found !== 1) throw new Error(`${url} has the text of the mutation ${found} times: ${find}`);
  return { ...loaded, source: source.replace(find, () => replace) };
}
