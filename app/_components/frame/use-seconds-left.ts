'use client';

import { useEffect, useState } from 'react';

/**
 * Whole seconds until `endsAt`, counted from the moment the page arrived, when the server's clock said `serverNow` (both
 * in epoch seconds). The browser's clock only measures how long ago that was: set wrong, it changes nothing shown.
 */
export function useSecondsLeft(endsAt: number, serverNow: number): number {
  const total = endsAt - serverNow;
  const [left, setLeft] = useState(() => whole(total));

  useEffect(() => {
    const arrivedAt = Date.now();
    const tick = () => setLeft(whole(total - (Date.now() - arrivedAt) / 1000));
    tick();
    const timer = setInterval(tick, 250);
    return () => clearInterval(timer);
  }, [total]);

  return left;
}

const whole = (seconds: number): number => Math.max(0, Math.ceil(seconds));
