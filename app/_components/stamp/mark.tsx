import { StampGlyph } from './glyph';

/** The small mark: the glyph inside a ring that did not print evenly. Decoration: the name stands beside it. */
export function StampMark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 64 64" className={className} aria-hidden="true" focusable="false">
      <g transform="rotate(-8 32 32)">
        <circle
          cx="32"
          cy="32"
          r="28.5"
          fill="none"
          stroke="currentColor"
          strokeWidth="4"
          strokeLinecap="round"
          strokeDasharray="52 5 24 3.5 61 6.5 20 7"
        />
        <g transform="translate(1.6 1.6) scale(0.95)">
          <StampGlyph />
        </g>
      </g>
    </svg>
  );
}
