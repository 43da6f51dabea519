'use client';

import { CopyButton } from '@/app/_components/frame/copy-button';
import { Notice } from '@/app/_components/frame/notice';
import { SITE } from '@/site';
import { FocusedHeading } from './focused-heading';

type Props = {
  email: string;
  codes: readonly string[];
  /** With which first factor they came; null for new ones of somebody who has one. */
  first: 'app' | 'passkey' | null;
};

/** New recovery codes, this once: on the page, as a file and for the clipboard. */
export function NewCodes({ email, codes, first }: Props) {
  const text = `${SITE.name} recovery codes of ${email}\n\n${codes.join('\n')}\n\nEach is good once.\n`;
  return (
    <section aria-labelledby="new-codes" className="sheet p-5 sm:p-6">
      {first !== null ? (
        <Notice tone="calm" className="mb-5">
          <p role="status">
            {first === 'app' ? 'Your authenticator app is on.' : 'Your passkey is added.'} Every other device was signed
            out.
          </p>
        </Notice>
      ) : null}
      <FocusedHeading id="new-codes">Keep your recovery codes</FocusedHeading>
      <p className="mt-2 text-ink-soft">
        Each signs you in once when your second factor is not at hand.{' '}
        <strong className="text-ink">They do not come back:</strong> keep them now, somewhere else than on your phone.
        {first !== null ? '' : ' The ones before are good no more.'}
      </p>
      <ul
        aria-label="Recovery codes"
        className="my-5 grid gap-x-6 gap-y-1 border-y border-hairline py-4 font-mono text-xs sm:text-sm"
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex flex-wrap items-center gap-4">
        <a
          className="button button-primary"
          download="handstamp-recovery-codes.txt"
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
        >
          Download
        </a>
        <CopyButton text={codes.join('\n')} label="Copy" />
        <a className="link" href="/account/security">
          I have kept them
        </a>
      </div>
    </section>
  );
}
