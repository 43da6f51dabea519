'use client';

import { Notice } from '@/app/_components/frame/notice';
import { usePasskeySupport } from './use-passkey-support';

type Props = {
  label: string;
  isBusy: boolean;
  /** What came of the last time; null for nothing worth a word. */
  fault: string | null;
  onPress: () => void;
  className?: string;
};

/**
 * A button that asks the browser for a passkey. Its place is kept while the page loads, so that nothing moves; without
 * scripts there is none, and a browser that knows no passkeys shows none.
 */
export function PasskeyButton({ label, isBusy, fault, onPress, className = 'button-quiet w-full' }: Props) {
  const isSupported = usePasskeySupport();
  return (
    <div className={`needs-scripts grid gap-4 ${isSupported ? '' : 'invisible'}`}>
      <div role="alert" className="empty:hidden">
        {fault === null ? null : <Notice tone="fault">{fault}</Notice>}
      </div>
      <button type="button" className={`button ${className}`} aria-disabled={isBusy} onClick={onPress}>
        {isBusy ? <span className="spinner" aria-hidden="true" /> : null}
        {label}
      </button>
      <span role="status" className="sr-only">
        {isBusy ? 'Waiting for your passkey' : ''}
      </span>
    </div>
  );
}
