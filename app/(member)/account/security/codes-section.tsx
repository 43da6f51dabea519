import { LocalTime } from '@/app/_components/frame/local-time';
import { ActionButton } from './action-button';
import { FEW_CODES } from './few-codes';

type Props = {
  action: (form: FormData) => void;
  /** Null when none were ever made. */
  codes: { readonly left: number; readonly createdAt: string } | null;
};

/** How many recovery codes are left, and new ones. */
export function CodesSection({ action, codes }: Props) {
  const left = codes?.left ?? 0;
  return (
    // Without a name of its own, which would be that of the field in the question for a proof below.
    <section>
      <h2 className="text-xl">Recovery codes</h2>
      <p className="mt-1 text-ink-soft">
        For the day when your second factor is not at hand: each stands in for it once.
      </p>
      <p className={`mt-3 ${left > FEW_CODES ? '' : 'font-semibold text-fault'}`}>
        {leftText(left)} {left > FEW_CODES ? '' : 'Make new ones before you need them.'}
      </p>
      {codes === null ? null : (
        <p className="text-sm text-ink-soft">
          Made <LocalTime at={codes.createdAt} />
        </p>
      )}
      <div className="mt-5">
        <ActionButton
          action={action}
          fields={{ action: 'make_codes', since: codes?.createdAt ?? '' }}
          label="Make new recovery codes"
          busyLabel="Making new codes"
          look="quiet"
        >
          <p className="min-w-0 basis-48 grow text-sm text-ink-soft">The ones before are good no more then.</p>
        </ActionButton>
      </div>
    </section>
  );
}

function leftText(left: number): string {
  if (left === 0) return 'None is left.';
  return left === 1 ? '1 code is left.' : `${left} codes are left.`;
}
