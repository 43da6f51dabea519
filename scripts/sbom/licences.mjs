// @ts-check
// Under which licences packages may be: those that ask for nothing but their own text. Whoever takes another names it here
// with the reason why that is right.

export const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
  'Zlib',
];

/**
 * Packages under other licences, by the beginning of their name: the licence that they state, null where they state none.
 * None of them is in an image, nor may be.
 *
 * @type {readonly { readonly name: string, readonly licence: string | null, readonly reason: string }[]}
 */
export const NOT_IN_IMAGES = [
  {
    name: '@img/sharp',
    licence: 'LGPL-3.0-or-later',
    reason: 'Next brings it to optimise images; an image leaves it out',
  },
  { name: 'caniuse-lite', licence: 'CC-BY-4.0', reason: 'data about browsers, read by the build' },
  { name: 'lightningcss', licence: 'MPL-2.0', reason: 'unchanged, and used by the build and the tests alone' },
  { name: 'axe-core', licence: 'MPL-2.0', reason: 'unchanged, and injected by tests alone' },
  { name: '@axe-core/playwright', licence: 'MPL-2.0', reason: 'unchanged, and used by tests alone' },
  { name: 'elkjs', licence: 'EPL-2.0', reason: "below Prisma's command line, which draws schemas with it" },
  { name: 'seq-queue', licence: null, reason: "below Prisma's command line; its LICENSE is MIT's text" },
];

/**
 * The exception for a package; null when there is none.
 *
 * @param {string} name
 * @param {string | undefined} licence What it states.
 */
export function exceptionOf(name, licence) {
  const isFor = (/** @type {string} */ beginning) => name === beginning || name.startsWith(`${beginning}-`);
  return (
    NOT_IN_IMAGES.find(
      (one) => isFor(one.name) && (licence === undefined ? one.licence === null : licence.includes(one.licence ?? '?')),
    ) ?? null
  );
}

/**
 * The single licences of an SPDX expression, with or without brackets.
 *
 * @param {string} expression
 */
const idsOf = (expression) =>
  expression
    .replace(/[()]/g, ' ')
    .split(/\s+(?:and|or)\s+/i)
    .map((id) => id.trim());

/**
 * Whether a package may be anywhere, by what it says of its licence. Where it leaves a choice, one is enough; where it is
 * under several at once, all have to be allowed.
 *
 * @param {string | undefined} expression
 */
export function isAllowed(expression) {
  if (expression === undefined) return false;
  const ids = idsOf(expression);
  const isChoice = /\sor\s/i.test(expression) && !/\sand\s/i.test(expression);
  return isChoice ? ids.some((id) => ALLOWED.includes(id)) : ids.every((id) => ALLOWED.includes(id));
}
