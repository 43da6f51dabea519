import { CopyButton } from '@/app/_components/frame/copy-button';
import { Moment } from '@/app/_components/frame/moment';
import type { DevMail } from '@/lib/server/mail/dev-mailbox';

const CODE = /^\d{6}$/m;

/** One mail: its code large, if it has one, the text below. `now` in milliseconds. */
export function MailItem({ mail, now }: { mail: DevMail; now: number }) {
  const code = CODE.exec(mail.text)?.[0];
  return (
    <li className="sheet p-5 sm:p-6">
      <h2 className="text-lg">{mail.subject}</h2>
      <p className="text-sm text-ink-soft wrap-anywhere">
        To <bdi>{mail.to}</bdi>, <Moment at={mail.at} now={now} />
      </p>
      {code === undefined ? null : (
        <div className="mt-4 flex flex-wrap items-center justify-between gap-4 rounded-md bg-accent-wash px-5 py-4">
          <code className="text-[2.25rem] leading-none font-semibold tracking-[0.14em] tabular-nums">{code}</code>
          <CopyButton text={code} label="Copy code" isSmall />
        </div>
      )}
      <details className="mt-3 text-sm" open={code === undefined}>
        <summary className="inline-flex min-h-8 cursor-pointer items-center font-medium text-accent">
          Text of the mail
        </summary>
        <p className="mt-2 wrap-anywhere whitespace-pre-line text-ink-soft">{mail.text.trim()}</p>
      </details>
    </li>
  );
}
