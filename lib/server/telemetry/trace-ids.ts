import 'server-only';
import { type IdGenerator, RandomIdGenerator } from '@opentelemetry/sdk-trace-node';

/** Random ids; the trace of one span may be named before it begins, so that it can be decided first whether it is kept. */
export class ForeseenIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  #next: string | null = null;

  generateTraceId = (): string => this.#next ?? this.#random.generateTraceId();
  generateSpanId = (): string => this.#random.generateSpanId();

  /** Whatever trace begins in `begin` has this id. */
  foreseen<T>(traceId: string, begin: () => T): T {
    this.#next = traceId;
    try {
      return begin();
    } finally {
      this.#next = null;
    }
  }
}
