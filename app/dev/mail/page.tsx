import { headers } from 'next/headers';
import { notFound } from 'next/navigation';
import { PageTitle } from '@/app/_components/frame/page-title';
import { Wordmark } from '@/app/_components/frame/wordmark';
import { isDevMailboxFor, readDevMailbox } from '@/lib/server/mail/dev-mailbox';
import { MailItem } from './mail-item';

/** The mails that a server without a mail service keeps on its own machine. On any other server there is no such page. */
export default async function DevMailPage() {
  if (!isDevMailboxFor((await headers()).get('host'))) notFound();
  const mails = await readDevMailbox();
  const now = Date.now();
  return (
    <>
      <PageTitle>Local mailbox</PageTitle>
      <header className="page py-3 sm:py-5">
        <Wordmark />
      </header>
      <main id="main" tabIndex={-1} className="page grow pt-6 pb-20 sm:pt-10">
        <div className="mx-auto max-w-2xl">
          <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
            <h1 className="text-2xl">Local mailbox</h1>
            <a href="/dev/mail" className="button button-quiet button-small">
              Look again
            </a>
          </div>
          <p className="mt-1 mb-6 text-ink-soft">Nothing here was sent anywhere. Newest first.</p>
          {mails.length === 0 ? (
            <p className="sheet px-6 py-10 text-center text-ink-soft">
              No mail yet. Create an account, and its code comes here.
            </p>
          ) : (
            <ol className="grid gap-4">
              {mails.map((mail) => (
                <MailItem key={`${mail.at}${mail.to}${mail.text}`} mail={mail} now={now} />
              ))}
            </ol>
          )}
        </div>
      </main>
    </>
  );
}
