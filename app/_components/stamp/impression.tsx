import { type ReactNode, useId } from 'react';
import { InkFilter } from './ink';
import { lettering as typeface } from './lettering';

type Props = {
  /** Set along the upper half of the ring, and along the lower one. */
  over: string;
  under: string;
  lettering: { readonly size: number; readonly spacing: number };
  /** Degrees: no hand presses a stamp quite upright. */
  tilt: number;
  /** The outer ring, around the middle of a field of 320 by 320. */
  ring: ReactNode;
  /** Lies below the stamp and is not pressed with it. */
  ground?: ReactNode;
  /** What stands in the middle. */
  children?: ReactNode;
  className: string;
};

/**
 * A large round impression: rings, lettering and ink. Decoration only: what it says is said in the page's text too.
 */
export function Impression({ over, under, lettering, tilt, ring, ground, children, className }: Props) {
  const id = useId();
  return (
    <svg
      viewBox="0 0 320 320"
      className={`stamp stamp-glow ${typeface.variable} ${className}`}
      aria-hidden="true"
      focusable="false"
    >
      <InkFilter id={`${id}ink`} />
      <defs>
        <path id={`${id}over`} d="M 43 160 A 117 117 0 0 1 277 160" />
        <path id={`${id}under`} d="M 26 160 A 134 134 0 0 0 294 160" />
      </defs>
      {ground}
      <g className="stamp-press">
        <g transform={`rotate(${tilt} 160 160)`} filter={`url(#${id}ink)`}>
          {ring}
          <circle
            {...{ cx: 160, cy: 160, r: 99, fill: 'none', stroke: 'currentColor', strokeWidth: 3 }}
            strokeDasharray="160 3 249 4 193 13"
          />
          <g fill="currentColor" fontSize={lettering.size} letterSpacing={lettering.spacing} textAnchor="middle">
            <text>
              <textPath href={`#${id}over`} startOffset="50%">
                {over}
              </textPath>
            </text>
            <text>
              <textPath href={`#${id}under`} startOffset="50%">
                {under}
              </textPath>
            </text>
          </g>
          {children}
        </g>
      </g>
    </svg>
  );
}
