import { StampMark } from '@/app/_components/stamp/mark';
import { SITE } from '@/site';

/** Mark and name, leading home. A document navigation: what lies behind it depends on who is signed in. */
export function Wordmark() {
  return (
    <a href="/" className="-ms-1 inline-flex min-h-11 items-center gap-2.5 px-1 text-lg font-semibold tracking-tight">
      <StampMark className="size-9 text-accent" />
      {SITE.name}
    </a>
  );
}
