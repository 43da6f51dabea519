'use client';

import { Impression } from '@/app/_components/stamp/impression';

type Props = {
  secondsLeft: number;
  /** What is left of the token's life, 0 to 1: so much of the ring is still inked. */
  share: number;
  /** Epoch seconds. */
  authTime: number;
};

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

/** The session's own impression: dated when the person signed in, its ring wearing off with the token, the rest in figures. */
export function AgeingStamp({ secondsLeft, share, authTime }: Props) {
  const admitted = new Date(authTime * 1000);
  const day = `${admitted.getUTCDate()} ${MONTHS[admitted.getUTCMonth()]} ${admitted.getUTCFullYear()}`;
  const hour = admitted.toISOString().slice(11, 16);
  return (
    <div className="relative grid w-72 max-w-full place-items-center">
      <Impression
        {...{ over: `ADMITTED ${day}`, under: `${hour} UTC`, tilt: -7, className: 'w-full' }}
        lettering={{ size: 24, spacing: 2.6 }}
        ground={<circle cx="160" cy="160" r="152" fill="none" className="stroke-hairline" strokeWidth="2" />}
        ring={<Rim share={share} />}
      />
      <p
        role="timer"
        className="needs-scripts absolute text-[3.25rem] leading-none font-semibold tracking-tight tabular-nums"
      >
        {Math.floor(secondsLeft / 60)}:{String(secondsLeft % 60).padStart(2, '0')}
      </p>
    </div>
  );
}

function Rim({ share }: { share: number }) {
  return (
    <circle
      {...{ cx: 160, cy: 160, r: 152, pathLength: 100, fill: 'none', stroke: 'currentColor', strokeWidth: 9 }}
      strokeDasharray="100 100"
      strokeDashoffset={100 - share * 100}
      transform="rotate(-83 160 160)"
    />
  );
}
