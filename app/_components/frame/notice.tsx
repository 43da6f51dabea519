import type { ReactNode } from 'react';

type Props = { tone: 'calm' | 'fault'; children: ReactNode; className?: string };

/** A message about what happened. The icon tells the tones apart as well: colour is never alone. */
export function Notice({ tone, children, className = '' }: Props) {
  const look = tone === 'fault' ? 'bg-fault-wash text-fault' : 'bg-accent-wash text-ink';
  return (
    <div className={`notice flex gap-3 rounded-md px-4 py-3 text-sm ${look} ${className}`}>
      <NoticeIcon tone={tone} />
      <div className="min-w-0 wrap-anywhere">{children}</div>
    </div>
  );
}

function NoticeIcon({ tone }: { tone: Props['tone'] }) {
  return (
    <svg
      viewBox="0 0 20 20"
      className={`mt-px size-5 flex-none ${tone === 'calm' ? 'text-accent' : ''}`}
      aria-hidden="true"
    >
      <g fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round">
        <circle cx="10" cy="10" r="8" />
        {tone === 'fault' ? <path d="M10 5.8v5M10 14v.1" /> : <path d="m6.6 10.3 2.4 2.3 4.4-5" />}
      </g>
    </svg>
  );
}
