import { iconSvg } from '@/app/_components/stamp/drawing';
import { SITE } from '@/site';

/** The same for everybody, so it is made once, with the build. */
export const dynamic = 'force-static';

export const GET = (): Response =>
  new Response(iconSvg(SITE.name), {
    headers: { 'content-type': 'image/svg+xml', 'cache-control': 'public, max-age=0, must-revalidate' },
  });
