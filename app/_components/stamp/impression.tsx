import { useId } from 'react';
import { StampGlyph } from './glyph';
import { InkFilter } from './ink';

/**
 * A large round impression with a line of text along the ring and one below. Decoration only: what it says is said in
 * the page's text too.
 */
export function StampImpression({ ring, foot, className }: { ring: string; foot: string; className?: string }) {
  const id = useId();
  return (
    <svg viewBox="0 0 320 320" className={`stamp stamp-glow ${className ?? ''}`} aria-hidden="true" focusable="false">
      <InkFilter id={`${id}ink`} />
      <defs>
        <path id={`${id}over`} d="M 43 160 A 117 117 0 0 1 277 160" />
        <path id={`${id}under`} d="M 26 160 A 134 134 0 0 0 294 160" />
      </defs>
      <g className="stamp-press">
        <g transform="rotate(-11 160 160)" filter={`url(#${id}ink)`}>
          <circle
            cx="160"
            cy="160"
            r="153"
            fill="none"
            stroke="currentColor"
            strokeWidth="8"
            strokeDasharray="301 6 190 4 226 7 203 24"
          />
          <circle cx="160" cy="160" r="143" fill="none" stroke="currentColor" strokeWidth="2" />
          <circle
            cx="160"
            cy="160"
            r="99"
            fill="none"
            stroke="currentColor"
            strokeWidth="3"
            strokeDasharray="160 3 249 4 193 13"
          />
          <g fill="currentColor" fontSize="25" letterSpacing="3.4" textAnchor="middle">
            <text>
              <textPath href={`#${id}over`} startOffset="50%">
                {ring}
              </textPath>
            </text>
            <text>
              <textPath href={`#${id}under`} startOffset="50%">
                {foot}
              </textPath>
            </text>
          </g>
          <g fill="currentColor">
            <circle cx="40" cy="166" r="4.5" />
            <circle cx="280" cy="166" r="4.5" />
          </g>
          <g transform="translate(83 83) scale(2.4)">
            <StampGlyph />
          </g>
        </g>
      </g>
    </svg>
  );
}
