import { PageTitle } from '@/app/_components/frame/page-title';
import { MessagePage } from './message-page';

/** No such page, or none for this visitor: both look the same. */
export function NothingHere({ isSignedIn = true }: { isSignedIn?: boolean }) {
  return (
    <MessagePage
      title="There is nothing here"
      ways={
        <>
          <a href="/" className="button button-primary">
            Go to the start page
          </a>
          <a href={isSignedIn ? '/dashboard' : '/login'} className="button button-quiet">
            {isSignedIn ? 'Go to dashboard' : 'Sign in'}
          </a>
        </>
      }
    >
      <PageTitle>Not found</PageTitle>
      <p>The address may be mistyped, or the page is not one for your account.</p>
    </MessagePage>
  );
}
