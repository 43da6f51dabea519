'use client';

import { useSecondsLeft } from '@/app/_components/frame/use-seconds-left';

/**
 * What is left of a wait, and that it is over. The figures are for the eye: read out every second they would be noise, and
 * the sentence before them says how long it takes.
 */
export function Countdown({ seconds }: { seconds: number }) {
  const left = useSecondsLeft(seconds, 0);
  if (left === 0) return <span className="block font-semibold">You can try again now.</span>;
  return (
    <span aria-hidden="true" className="needs-scripts block font-semibold tabular-nums">
      {Math.floor(left / 60)}:{String(left % 60).padStart(2, '0')}
    </span>
  );
}
