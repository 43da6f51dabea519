/**
 * A value that is at hand, or a promise of one. The functions that every protected request goes through return it: a
 * server that follows each promise through its async storages pays more for one than a check from memory costs.
 */
export type MaybePromise<T> = T | Promise<T>;

/** `next` of the value: at once when it is at hand, else as soon as it comes. */
export const andThen = <T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> =>
  isPromise(value) ? value.then(next) : next(value);

/** By its method: an edge sandbox has a `Promise` of its own. */
const isPromise = <T>(value: MaybePromise<T>): value is Promise<T> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
