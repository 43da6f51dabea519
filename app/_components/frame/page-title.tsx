import { SITE } from '@/site';

/**
 * What the page is called, in tabs and by screen readers. A page draws it as part of itself and not through Next's metadata:
 * that is streamed after the page, which has no title until then, and would name to anybody what only an admin may see.
 */
export function PageTitle({ children }: { children: string }) {
  return <title>{`${children} · ${SITE.name}`}</title>;
}
