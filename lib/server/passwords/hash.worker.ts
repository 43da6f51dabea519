// A thread that does nothing but hash. Without `server-only`, for the reason given in ./password-hash.
import { parentPort } from 'node:worker_threads';
import { bcryptOf } from './hash';

/** One password to hash. The salt names the cost. */
export type HashJob = { readonly password: Uint8Array; readonly pepper: Uint8Array; readonly salt: string };

parentPort?.on('message', ({ password, pepper, salt }: HashJob) => {
  const bcrypt = bcryptOf(password, pepper, salt);
  // This thread lives on, its copies need not.
  password.fill(0);
  pepper.fill(0);
  parentPort?.postMessage(bcrypt);
});
