import { STATUS_LIST_SIZE } from './status-index';

/**
 * How many status numbers a second may have been given out in a time that was lost, on average. A day of it is 66 lists, and
 * a list that no session belongs to costs nothing.
 */
const LOST_NUMBERS_A_SECOND = 100;

/**
 * The first status number of a list in which no session that was lost can have a place: a verifier that still holds an old
 * list would refuse a session that was born with a number of it.
 *
 * @param seen The highest number that is known to be out.
 * @param lostSeconds How long numbers were given out that nobody knows of.
 */
export const firstFreshNumber = (seen: number, lostSeconds: number): number => {
  const lostLists = Math.ceil((Math.max(lostSeconds, 0) * LOST_NUMBERS_A_SECOND) / STATUS_LIST_SIZE);
  return (Math.floor(seen / STATUS_LIST_SIZE) + 2 + lostLists) * STATUS_LIST_SIZE;
};
