// @ts-check
// What a script tells while it works.

/**
 * Shows one line for a piece of work, with the time that it took.
 *
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const startedAtMs = Date.now();
  process.stdout.write(`  ${title} … `);
  try {
    const result = await work();
    console.log(elapsed(startedAtMs));
    return result;
  } catch (error) {
    console.log('failed');
    throw error;
  }
}

/**
 * The time since a moment, such as `1.2 s`.
 *
 * @param {number} startedAtMs
 */
export const elapsed = (startedAtMs) => seconds(Date.now() - startedAtMs);

/** @param {number} milliseconds */
export const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;
