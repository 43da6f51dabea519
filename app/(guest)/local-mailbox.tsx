/** Where mails land on a machine that sends none. */
export function LocalMailbox() {
  return (
    <p className="mt-6 px-1 text-sm text-ink-soft">
      On this machine no mail is sent. It lands in the{' '}
      <a className="link" href="/dev/mail" target="_blank" rel="noopener">
        local mailbox<span className="sr-only"> (opens in a new tab)</span>
      </a>
      .
    </p>
  );
}
