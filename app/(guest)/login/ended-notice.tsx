'use client';

import { useEffect } from 'react';
import { Notice } from '@/app/_components/frame/notice';
import { tellOtherTabs } from '@/app/_components/session/session-channel';

/**
 * Says why the person is here, once: the address forgets it, so that a reload or a bookmark does not say it again. A sign-out
 * by a server or a form without script is told to the other tabs from here.
 */
export function EndedNotice({ text }: { text: string }) {
  useEffect(() => {
    const here = new URL(location.href);
    const isOut = here.searchParams.get('ended') === 'signed_out' || here.searchParams.has('leaving');
    if (isOut) tellOtherTabs('signed-out');
    for (const reason of ['ended', 'reset', 'undone', 'stopped', 'kept', 'leaving']) here.searchParams.delete(reason);
    history.replaceState(null, '', here.pathname + here.search);
  }, []);

  return (
    <Notice tone="calm" className="mb-6">
      <p role="status">{text}</p>
    </Notice>
  );
}
