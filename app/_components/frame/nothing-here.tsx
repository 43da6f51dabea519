import { MessagePage } from './message-page';

/** No such page, or none for this visitor: both look the same. */
export function NothingHere() {
  return (
    <MessagePage
      title="There is nothing here"
      ways={
        <>
          <a href="/" className="button button-primary">
            Go to the start page
          </a>
          <a href="/dashboard" className="button button-quiet">
            Go to dashboard
          </a>
        </>
      }
    >
      <p>The address may be mistyped, or the page is not one for your account.</p>
    </MessagePage>
  );
}
