'use client';

import { useEffect } from 'react';
import { Notice } from '@/app/_components/frame/notice';

/** Says why the person is here, once: the address forgets it, so that a reload or a bookmark does not say it again. */
export function EndedNotice({ text }: { text: string }) {
  useEffect(() => {
    const here = new URL(location.href);
    here.searchParams.delete('ended');
    history.replaceState(null, '', here.pathname + here.search);
  }, []);

  return (
    <Notice tone="calm" className="mb-6">
      <p role="status">{text}</p>
    </Notice>
  );
}
