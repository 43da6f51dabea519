'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';

/** The end of a new access token and the server's time when it said so, in epoch seconds. */
export type NewEnd = { readonly endsAt: number; readonly serverNow: number };
export type RefreshState = 'idle' | 'busy' | 'done' | 'failed';

/** Asks for a new access token, then for a page that was rendered with it. */
export function useRefresh(): { state: RefreshState; newEnd: NewEnd | null; refresh: () => Promise<void> } {
  const router = useRouter();
  const [state, setState] = useState<RefreshState>('idle');
  const [newEnd, setNewEnd] = useState<NewEnd | null>(null);

  async function refresh() {
    if (state === 'busy') return;
    setState('busy');
    const outcome = await askForNewEnd().catch(() => 'failed' as const);
    if (outcome === 'over') {
      location.replace('/login?ended=1&next=/dashboard');
      return;
    }
    if (outcome === 'failed') {
      setState('failed');
      return;
    }
    setNewEnd(outcome);
    setState('done');
    router.refresh();
  }

  return { state, newEnd, refresh };
}

async function askForNewEnd(): Promise<NewEnd | 'over' | 'failed'> {
  const answer = await fetch('/api/auth/refresh', { method: 'POST' });
  if (answer.status === 401) return 'over';
  if (!answer.ok) return 'failed';
  const body: { accessTokenExpiresAt?: string } = await answer.json();
  const endsAt = Date.parse(body.accessTokenExpiresAt ?? '') / 1000;
  const serverNow = Date.parse(answer.headers.get('date') ?? '') / 1000;
  return Number.isFinite(endsAt) && Number.isFinite(serverNow) ? { endsAt, serverNow } : 'failed';
}
