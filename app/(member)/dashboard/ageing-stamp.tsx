'use client';

import { useId } from 'react';
import { InkFilter } from '@/app/_components/stamp/ink';

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
  const id = useId();
  const admitted = new Date(authTime * 1000);
  const day = `${admitted.getUTCDate()} ${MONTHS[admitted.getUTCMonth()]} ${admitted.getUTCFullYear()}`;
  const hour = admitted.toISOString().slice(11, 16);
  return (
    <div className="relative grid w-72 max-w-full place-items-center">
      <svg viewBox="0 0 320 320" className="stamp stamp-glow w-full" aria-hidden="true" focusable="false">
        <InkFilter id={`${id}ink`} />
        <defs>
          <path id={`${id}over`} d="M 43 160 A 117 117 0 0 1 277 160" />
          <path id={`${id}under`} d="M 26 160 A 134 134 0 0 0 294 160" />
        </defs>
        <circle cx="160" cy="160" r="152" fill="none" className="stroke-hairline" strokeWidth="2" />
        <g className="stamp-press">
          <g transform="rotate(-7 160 160)" filter={`url(#${id}ink)`}>
            <circle
              {...{ cx: 160, cy: 160, r: 152, pathLength: 100, fill: 'none', stroke: 'currentColor', strokeWidth: 9 }}
              strokeDasharray="100 100"
              strokeDashoffset={100 - share * 100}
              transform="rotate(-83 160 160)"
            />
            <circle
              cx="160"
              cy="160"
              r="99"
              fill="none"
              stroke="currentColor"
              strokeWidth="3"
              strokeDasharray="160 3 249 4 193 13"
            />
            <g fill="currentColor" fontSize="24" letterSpacing="2.6" textAnchor="middle">
              <text>
                <textPath href={`#${id}over`} startOffset="50%">
                  ADMITTED {day}
                </textPath>
              </text>
              <text>
                <textPath href={`#${id}under`} startOffset="50%">
                  {hour} UTC
                </textPath>
              </text>
            </g>
          </g>
        </g>
      </svg>
      <p
        role="timer"
        className="needs-scripts absolute text-[3.25rem] leading-none font-semibold tracking-tight tabular-nums"
      >
        {Math.floor(secondsLeft / 60)}:{String(secondsLeft % 60).padStart(2, '0')}
      </p>
    </div>
  );
}
