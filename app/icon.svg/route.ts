import { iconSvg } from '@/app/_components/stamp/drawing';
import { SITE } from '@/site';

/** The same for every visitor, so the build makes it once. */
export const dynamic = 'force-static';

export const GET = (): Response =>
  new Response(iconSvg(SITE.name), {
    headers: { 'content-type': 'image/svg+xml', 'cache-control': 'public, max-age=0, must-revalidate' },
  });
