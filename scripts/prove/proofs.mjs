// @ts-check
// What `npm run prove` runs, in this order: the folders of tests/proof, and what else takes part in a proof.

/**
 * @typedef {object} Proof
 * @property {string} title Of its lines in the table.
 * @property {readonly string[]} folders Test files below them are run, whole.
 * @property {readonly import('../requirements.mjs').Requirement[]} [needs] What it needs beside npm packages and PostgreSQL.
 * @property {string} [takes] How long it takes, where that is too long for every run: only when named, or with `--full`.
 */

/** @type {Readonly<Record<string, Proof>>} */
export const PROOFS = {};
