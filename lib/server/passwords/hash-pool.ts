import 'server-only';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { inSpan, record } from '@/lib/server/observability/telemetry';
import type { HashJob } from './hash.worker';
import { type Claim, LANES, type Lane, Places } from './hash-queue';

/** A job that waited so long for a thread is given up: a hash takes 0.3 s, and nobody waits longer for a page. */
const MAX_WAIT_MS = 8_000;
/** A thread that works for so long is lost. */
const MAX_WORK_MS = 10_000;
/** After so many known ones in a row, another lane goes first once: they cannot shut everybody else out. */
const KNOWN_IN_A_ROW = 3;

type Answer = Result<string, 'overloaded'>;
type Pending = {
  readonly job: HashJob;
  readonly lane: Lane;
  /** Called when a thread begins with it. */
  begun(): void;
  /** Ends the wait when it has been too long. */
  readonly waitTimer: NodeJS.Timeout;
  answer(answer: Answer): void;
  reject(error: Error): void;
};
type Thread = { readonly worker: Worker; pending: Pending | null; workTimer: NodeJS.Timeout | null };

/** A place in the queue, taken before it is known what to hash. It has to be given back, used or not. */
export type HashPlace = {
  /** The bcrypt text of a job. `overloaded` when no thread came in time; rejects when its thread dies or is lost. */
  run(job: HashJob): Promise<Answer>;
  leave(): void;
};

/**
 * Threads that hash, so that the event loop does not. They start when the first job comes, keep the process alive only
 * while they work, and are replaced when they die. Known devices come first; where there are two threads or more, one
 * works for nobody else.
 */
export class HashPool {
  readonly #size: number;
  readonly #places: Places;
  readonly #threads = new Set<Thread>();
  readonly #waiting: Readonly<Record<Lane, Set<Pending>>> = {
    known: new Set(),
    stranger: new Set(),
    sign_up: new Set(),
  };
  #knownInARow = 0;
  #mayWait = true;

  /** `size` threads; by default all cores but one, which is left to the event loop. */
  constructor(size = Math.max(1, availableParallelism() - 1), places = new Places(size)) {
    this.#size = size;
    this.#places = places;
  }

  /** A place for a job; null when there is none, and then nothing may be counted or read for it. */
  reserve(claim: Claim): HashPlace | null {
    const leave = this.#places.take(claim);
    return leave === null ? null : { run: (job) => this.#measured(job, claim.lane), leave };
  }

  /** From now on nobody waits for a thread: who waits is answered `overloaded` at once, for the process is about to end. */
  giveUpWaiting(): void {
    this.#mayWait = false;
    for (const lane of LANES) for (const pending of this.#waiting[lane]) this.#giveUp(pending);
  }

  #giveUp(pending: Pending): void {
    clearTimeout(pending.waitTimer);
    this.#waiting[pending.lane].delete(pending);
    pending.answer(fail('overloaded'));
  }

  /** Jobs that wait for a thread. */
  get waiting(): number {
    return LANES.reduce((sum, lane) => sum + this.#waiting[lane].size, 0);
  }

  /** Wait and work apart, in the span as in the metrics: a queue and a slow machine want different things. */
  #measured(job: HashJob, lane: Lane): Promise<Answer> {
    return inSpan('auth.password.hash', async (note) => {
      const askedMs = performance.now();
      let begunMs: number | null = null;
      try {
        return await this.#run(job, lane, () => {
          begunMs = performance.now();
        });
      } finally {
        const endedMs = performance.now();
        const waitSeconds = ((begunMs ?? endedMs) - askedMs) / 1_000;
        const workSeconds = (endedMs - (begunMs ?? endedMs)) / 1_000;
        note({ 'handstamp.hash.wait': waitSeconds, 'handstamp.hash.work': workSeconds, 'handstamp.hash.lane': lane });
        record('handstamp.hash.wait', waitSeconds, {});
        if (begunMs !== null) record('handstamp.hash.duration', workSeconds, {});
      }
    });
  }

  #run(job: HashJob, lane: Lane, begun: () => void): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const waitTimer = setTimeout(() => this.#giveUp(pending), MAX_WAIT_MS);
      const pending: Pending = { job, lane, begun, waitTimer, answer: resolve, reject };
      this.#waiting[lane].add(pending);
      this.#startNext();
      if (!this.#mayWait && this.#waiting[lane].has(pending)) this.#giveUp(pending);
    });
  }

  #startNext(): void {
    const pending = this.#next();
    const thread = pending === null ? null : this.#takeThread();
    if (pending === null || thread === null) return;
    this.#waiting[pending.lane].delete(pending);
    this.#knownInARow = pending.lane === 'known' ? this.#knownInARow + 1 : 0;
    clearTimeout(pending.waitTimer);
    pending.begun();
    thread.pending = pending;
    thread.workTimer = setTimeout(() => this.#bury(thread, new Error('It did not answer in time')), MAX_WORK_MS);
    thread.worker.ref();
    thread.worker.postMessage(pending.job);
    this.#startNext();
  }

  /** The job whose turn it is; null when none may start now. */
  #next(): Pending | null {
    const others = [...this.#threads].filter(({ pending }) => pending !== null && pending.lane !== 'known').length;
    const mayOthers = others < Math.max(1, this.#size - 1);
    const first: readonly Lane[] = this.#knownInARow >= KNOWN_IN_A_ROW ? ['stranger', 'sign_up', 'known'] : LANES;
    for (const lane of first) {
      const [pending] = lane === 'known' || mayOthers ? this.#waiting[lane] : [];
      if (pending !== undefined) return pending;
    }
    return null;
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
    const thread: Thread = { worker, pending: null, workTimer: null };
    this.#threads.add(thread);
    worker.unref();
    worker.on('message', (bcrypt: string) => this.#settle(thread)?.answer(succeed(bcrypt)));
    worker.on('error', (cause) => this.#bury(thread, cause));
    worker.on('exit', () => this.#bury(thread));
    return thread;
  }

  /** Frees a thread; returns the job that it had. */
  #settle(thread: Thread): Pending | null {
    const { pending } = thread;
    if (thread.workTimer !== null) clearTimeout(thread.workTimer);
    thread.worker.unref();
    thread.pending = null;
    thread.workTimer = null;
    // Not before the caller has been answered: it may have more to hash.
    queueMicrotask(() => this.#startNext());
    return pending;
  }

  /** The job that killed a thread fails with it and is not tried again; those that wait get a new thread. */
  #bury(thread: Thread, cause?: unknown): void {
    if (!this.#threads.delete(thread)) return;
    this.#settle(thread)?.reject(new Error('A hashing thread died', { cause }));
    void thread.worker.terminate();
  }
}
