import { type FormQuery, single } from '@/app/_components/forms/initial-faults';
import { MessagePage } from '@/app/_components/frame/message-page';
import { PageTitle } from '@/app/_components/frame/page-title';
import { safeNextPath } from '@/lib/core/http/safe-redirect';
import { env } from '@/lib/server/config/env';

/** Where a form is led whose page an older build made, when scripts are off. See lib/server/maintenance/stale-forms.ts. */
export default async function ReloadPage({ searchParams }: { searchParams: Promise<FormQuery> }) {
  const next = safeNextPath(single((await searchParams)['next']), env().appOrigin);
  return (
    <MessagePage
      title="This page is older than the server"
      ways={
        <a href={next} className="button button-primary">
          Open it anew
        </a>
      }
    >
      <PageTitle>Reload this page</PageTitle>
      <p>The site was updated while the page was open, and nothing was changed. Please do it once more.</p>
    </MessagePage>
  );
}
