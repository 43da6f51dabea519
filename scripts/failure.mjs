// @ts-check

/** An expected failure: its message is shown to the user, without a stack. */
export class Failure extends Error {
  /** @param {string} sentence @param {string} [output] What the failing program printed. */
  constructor(sentence, output = '') {
    super(sentence);
    this.output = output;
  }
}
