import 'server-only';

/**
 * Who waits for a thread, the first before the others: somebody on a device or with a client secret that the account
 * knows, a sign-in from anywhere, a sign-up. Nobody unproven can make an owner wait.
 */
export const LANES = ['known', 'stranger', 'sign_up'] as const;
export type Lane = (typeof LANES)[number];

/** For whom a place is taken. Both texts only have to be the same for the same account or network. */
export type Claim = {
  readonly lane: Lane;
  readonly account: string;
  /** Null where no network can be told from another. */
  readonly network: string | null;
};

/** Places a lane has for each thread: waiting for all of them takes some seconds. */
const PLACES_A_THREAD: Readonly<Record<Lane, number>> = { known: 16, stranger: 16, sign_up: 8 };

/** Counts places by text. */
class Tally {
  readonly #counts = new Map<string, number>();

  of(text: string): number {
    return this.#counts.get(text) ?? 0;
  }

  add(text: string, change: 1 | -1): void {
    const count = this.of(text) + change;
    if (count === 0) this.#counts.delete(text);
    else this.#counts.set(text, count);
  }
}

/**
 * How many jobs may wait or run: so many a lane, one an account in each lane, and half of a lane a network. It is asked
 * before anything is counted or read, so that an attempt which finds no place costs nothing and leaves no trace.
 */
export class Places {
  readonly #capacity: Readonly<Record<Lane, number>>;
  readonly #taken = new Tally();

  constructor(threads: number, placesAThread: Readonly<Record<Lane, number>> = PLACES_A_THREAD) {
    const capacityOf = (lane: Lane) => [lane, threads * placesAThread[lane]] as const;
    this.#capacity = Object.fromEntries(LANES.map(capacityOf)) as Record<Lane, number>;
  }

  /** Takes a place; what is returned gives it back, once. Null: there is none for this claim. */
  take({ lane, account, network }: Claim): (() => void) | null {
    const capacity = this.#capacity[lane];
    const ofAccount = `${lane} account ${account}`;
    const ofNetwork = network === null ? null : `${lane} network ${network}`;
    if (this.#taken.of(lane) >= capacity || this.#taken.of(ofAccount) >= 1) return null;
    if (ofNetwork !== null && this.#taken.of(ofNetwork) >= Math.ceil(capacity / 2)) return null;
    const texts = [lane, ofAccount, ...(ofNetwork === null ? [] : [ofNetwork])];
    for (const text of texts) this.#taken.add(text, 1);
    let isGivenBack = false;
    return () => {
      if (isGivenBack) return;
      isGivenBack = true;
      for (const text of texts) this.#taken.add(text, -1);
    };
  }
}
