'use client';

import { type ReactNode, useEffect, useRef } from 'react';
import { Notice } from '@/app/_components/frame/notice';
import { askSession } from '@/app/_components/session/fetch-with-session';
import { tellOtherTabs } from '@/app/_components/session/session-channel';
import { tellPasskeyNames } from './passkey-signals';

/** A map and not an object, which would also answer to `constructor`: strangers can write the query. */
const TEXTS: ReadonlyMap<string, { tone: 'calm' | 'fault'; text: ReactNode }> = new Map([
  ['code_sent', { tone: 'calm', text: 'A code is on its way to the new address.' }],
  ['email_changed', { tone: 'calm', text: 'Your email address is changed. Every other device was signed out.' }],
  ['password_changed', { tone: 'calm', text: 'Your password is changed. Every other device was signed out.' }],
  [
    'others_ended',
    {
      tone: 'calm',
      text: (
        <>
          Every other browser and program was signed out. Now{' '}
          <a className="link" href="#new-password">
            choose a new password
          </a>
          .
        </>
      ),
    },
  ],
  ['totp_added', { tone: 'calm', text: 'Your authenticator app is on.' }],
  ['totp_removed', { tone: 'calm', text: 'Your authenticator app is removed. Every other device was signed out.' }],
  ['passkey_added', { tone: 'calm', text: 'Your passkey is added.' }],
  ['passkey_renamed', { tone: 'calm', text: 'The passkey has its new name.' }],
  ['passkey_removed', { tone: 'calm', text: 'The passkey is removed. Every other device was signed out.' }],
  ['passkey_gone', { tone: 'fault', text: 'This passkey is gone already.' }],
  [
    'email_change_recent',
    { tone: 'fault', text: 'Your address was changed less than three days ago. It can be changed again after that.' },
  ],
  ['unchanged', { tone: 'fault', text: 'This is the address that your account has.' }],
  ['too_many_attempts', { tone: 'fault', text: 'Too many changes were asked for. Try again in an hour.' }],
  ['overloaded', { tone: 'fault', text: 'The server cannot send mail right now. Try again in a moment.' }],
]);

/**
 * Says what became of a change. The session has a successor, so other tabs are told, and this page learns of it. It takes
 * the focus, because the form that had it is gone, and because that makes it heard. The address forgets it. An unknown
 * `outcome` says nothing.
 */
export function DoneNotice({ outcome }: { outcome: string | undefined }) {
  const ref = useRef<HTMLDivElement>(null);
  const done = outcome === undefined ? undefined : TEXTS.get(outcome);
  const isDone = done !== undefined;

  useEffect(() => {
    if (!isDone) return;
    ref.current?.focus();
    tellOtherTabs('stepped-up');
    void askSession();
    if (outcome === 'email_changed') void tellPasskeyNames();
    history.replaceState(null, '', location.pathname);
  }, [isDone, outcome]);

  if (done === undefined) return null;
  return (
    <div ref={ref} tabIndex={-1} role="status" className="mb-5">
      <Notice tone={done.tone}>{done.text}</Notice>
    </div>
  );
}
