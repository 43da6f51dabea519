import { LocalTime } from '@/app/_components/frame/local-time';
import { ActionButton } from './action-button';

type Props = { action: (form: FormData) => void; since: string | null };

/** The authenticator app: since when it is on, or what it is good for. */
export function AppSection({ action, since }: Props) {
  return (
    <section aria-labelledby="app-heading">
      <h2 id="app-heading" className="text-xl">
        Authenticator app
      </h2>
      {since === null ? (
        <>
          <p className="mt-1 mb-5 text-ink-soft">
            An app on your phone shows six digits, other ones every half minute. With it, your password alone signs
            nobody in.
          </p>
          <ActionButton
            action={action}
            fields={{ action: 'set_up_totp' }}
            label="Set up authenticator app"
            busyLabel="Making a key"
            look="primary"
          />
        </>
      ) : (
        <>
          <p className="mt-1 mb-5 text-ink-soft">
            On since <LocalTime at={since} />
          </p>
          <ActionButton
            action={action}
            fields={{ action: 'remove_totp' }}
            label="Remove authenticator app"
            busyLabel="Removing it"
            look="fault"
          />
        </>
      )}
    </section>
  );
}
