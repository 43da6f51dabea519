import 'server-only';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { fail, type Result, succeed } from '@/lib/core/failures';
import type { HashJob } from './hash.worker';

/** Jobs that may wait for a thread. At 0.3 s each, more would only wait for their time-out. */
const MAX_WAITING = 64;

type Pending = { readonly job: HashJob; resolve(bcrypt: string): void; reject(error: Error): void };
type Thread = { readonly worker: Worker; pending: Pending | null };

/**
 * Threads that hash, so that the event loop does not. They start when the first job comes, keep the process alive only
 * while they work, and are replaced when they die.
 */
export class HashPool {
  readonly #size: number;
  readonly #maxWaiting: number;
  readonly #threads = new Set<Thread>();
  readonly #waiting: Pending[] = [];

  /** `size` threads; by default all cores but one, which is left to the event loop. */
  constructor(size = Math.max(1, availableParallelism() - 1), maxWaiting = MAX_WAITING) {
    this.#size = size;
    this.#maxWaiting = maxWaiting;
  }

  /** The bcrypt text of a job. Fails with `overloaded` when too many wait already; rejects when its thread dies. */
  async run(job: HashJob): Promise<Result<string, 'overloaded'>> {
    if (this.#takeThread() === null && this.#waiting.length >= this.#maxWaiting) return fail('overloaded');
    const bcrypt = await new Promise<string>((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
      this.#startNext();
    });
    return succeed(bcrypt);
  }

  #startNext(): void {
    const thread = this.#waiting.length > 0 ? this.#takeThread() : null;
    const pending = thread === null ? undefined : this.#waiting.shift();
    if (thread === null || pending === undefined) return;
    thread.pending = pending;
    thread.worker.ref();
    thread.worker.postMessage(pending.job);
  }

  /** A thread without work, made here while there are fewer than `size`. */
  #takeThread(): Thread | null {
    for (const thread of this.#threads) if (thread.pending === null) return thread;
    return this.#threads.size < this.#size ? this.#addThread() : null;
  }

  #addThread(): Thread {
    // Literally so: the bundler looks for this very expression and puts the address of its own chunk in place. Outside a
    // bundle the thread inherits the flags of the process: scripts/typescript.mjs lets it run TypeScript.
    const worker = new Worker(new URL('./hash.worker.ts', import.meta.url));
    const thread: Thread = { worker, pending: null };
    this.#threads.add(thread);
    worker.unref();
    worker.on('message', (bcrypt: string) => {
      worker.unref();
      const { pending } = thread;
      thread.pending = null;
      pending?.resolve(bcrypt);
      this.#startNext();
    });
    worker.on('error', (cause) => this.#bury(thread, cause));
    worker.on('exit', () => this.#bury(thread));
    return thread;
  }

  /** The job that killed a thread fails with it and is not tried again; those that wait get a new thread. */
  #bury(thread: Thread, cause?: unknown): void {
    if (!this.#threads.delete(thread)) return;
    thread.pending?.reject(new Error('A hashing thread died', { cause }));
    this.#startNext();
  }
}
