type Props = { isBusy: boolean; children: string; busyLabel: string; className?: string };

/**
 * The button of a form. While the answer is awaited it keeps its size, its focus and its name, and says what is going on;
 * `aria-disabled` instead of `disabled`, which would throw the focus away.
 */
export function SubmitButton({ isBusy, children, busyLabel, className = 'button button-primary w-full' }: Props) {
  return (
    <>
      <button type="submit" className={className} aria-disabled={isBusy}>
        {isBusy ? <span className="spinner" aria-hidden="true" /> : null}
        {children}
      </button>
      <span role="status" className="sr-only">
        {isBusy ? busyLabel : ''}
      </span>
    </>
  );
}
