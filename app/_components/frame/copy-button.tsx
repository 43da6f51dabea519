'use client';

import { useState } from 'react';

const TEXTS = { idle: '', copied: 'Copied', failed: 'Could not copy: select it instead' } as const;

type Props = { text: string; label: string; isSmall?: boolean };

/** Copies `text` and says so. */
export function CopyButton({ text, label, isSmall = false }: Props) {
  const [state, setState] = useState<keyof typeof TEXTS>('idle');

  async function copy() {
    const outcome = await navigator.clipboard.writeText(text).then(
      () => 'copied' as const,
      () => 'failed' as const,
    );
    setState(outcome);
  }

  return (
    <div className="needs-scripts flex flex-wrap items-center gap-3">
      <button type="button" className={`button button-quiet ${isSmall ? 'button-small' : ''}`} onClick={copy}>
        {label}
      </button>
      <span role="status" className={state === 'idle' ? 'sr-only' : 'text-sm text-ink-soft'}>
        {TEXTS[state]}
      </span>
    </div>
  );
}
