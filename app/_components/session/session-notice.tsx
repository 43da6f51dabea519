import { loginPath } from '@/lib/core/http/safe-redirect';

export type Trouble = 'over' | 'somebody-else';

const WORDS = {
  over: {
    text: 'Your session has ended. What you typed is still here: sign in again in a new tab, then come back.',
    action: 'Sign in in a new tab',
  },
  'somebody-else': {
    text: 'Somebody else signed in with this browser. Copy what you typed, then load the page again.',
    action: 'Load the page again',
  },
} as const satisfies Record<Trouble, { text: string; action: string }>;

/** Says why a page with something typed in it is not left: the text is not ours to throw away. `here`: its path and query. */
export function SessionNotice({ trouble, here }: { trouble: Trouble; here: string }) {
  const { text, action } = WORDS[trouble];
  const way = trouble === 'over' ? { href: loginPath(here), target: '_blank', rel: 'noopener' } : { href: here };
  return (
    <div className="sheet mx-auto flex max-w-xl flex-wrap items-center gap-x-6 gap-y-3 p-4 text-sm">
      <p className="min-w-0 basis-64 grow">{text}</p>
      <a className="button button-primary button-small" {...way}>
        {action}
      </a>
    </div>
  );
}
