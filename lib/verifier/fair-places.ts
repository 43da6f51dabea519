export type Places = {
  /** Takes a place for somebody of these networks, from the narrowest to the widest; null when there is none for them. */
  take(networks: readonly string[]): Place | null;
};

export type Place = {
  /** Gives it back; a second time changes nothing. */
  leave(): void;
};

/**
 * `total` places, shared fairly: a network may hold as many as are still free, the next wider one around it twice as many.
 * One network so ends at half of them and two at a third each, and somebody of a network that holds none finds one as long
 * as there is any. The wider network is counted because one subscriber may hold many narrow ones (IPv6). For whom no
 * network is known, only the total counts.
 */
export function fairPlaces(total: number): Places {
  const held = new Map<string, number>();
  let taken = 0;

  function add(networks: readonly string[], difference: 1 | -1): void {
    taken += difference;
    for (const network of networks) {
      const count = (held.get(network) ?? 0) + difference;
      if (count === 0) held.delete(network);
      else held.set(network, count);
    }
  }

  return {
    take(networks) {
      const free = total - taken;
      if (free <= 0 || networks.some((network, at) => (held.get(network) ?? 0) >= free * (at + 1))) return null;
      add(networks, 1);
      let isHeld = true;
      return {
        leave() {
          if (isHeld) add(networks, -1);
          isHeld = false;
        },
      };
    },
  };
}
