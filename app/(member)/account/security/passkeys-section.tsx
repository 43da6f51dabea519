import { LocalTime } from '@/app/_components/frame/local-time';
import type { ListedPasskey } from '@/lib/server/security/passkey-list';
import { ActionButton } from './action-button';
import { AddPasskey } from './add-passkey';
import { RenameForm } from './rename-form';

type Props = {
  action: (form: FormData) => void;
  passkeys: readonly ListedPasskey[];
  /** False where no browser makes passkeys. */
  isAvailable: boolean;
  /** Called with the recovery codes that came with the first second factor. */
  onCodes: (codes: readonly string[]) => void;
};

/** The passkeys of an account, each with its name, and a button for one more. */
export function PasskeysSection({ action, passkeys, isAvailable, onCodes }: Props) {
  return (
    <section aria-labelledby="passkeys-heading">
      <h2 id="passkeys-heading" className="text-xl">
        Passkeys
      </h2>
      <p className="mt-1 mb-5 text-ink-soft">
        A passkey signs you in by the lock of your device, without a password. Nobody can guess it or talk you out of
        it.
      </p>
      {passkeys.length === 0 ? null : (
        <ul aria-label="Passkeys" className="mb-5 divide-y divide-hairline border-y border-hairline">
          {passkeys.map((passkey) => (
            <li key={passkey.id} className="grid gap-4 py-5">
              <div className="flex flex-wrap items-start justify-between gap-4">
                <PasskeyFacts passkey={passkey} />
                <ActionButton
                  action={action}
                  fields={{ action: 'remove_passkey', id: passkey.id }}
                  label="Remove"
                  about={passkey.name}
                  busyLabel="Removing it"
                  look="fault"
                />
              </div>
              <RenameForm id={passkey.id} name={passkey.name} />
            </li>
          ))}
        </ul>
      )}
      {isAvailable ? (
        <AddPasskey onCodes={onCodes} isFirst={passkeys.length === 0} />
      ) : (
        <p className="text-sm text-ink-soft">
          No browser makes passkeys for a site that is reached under a network address.
        </p>
      )}
    </section>
  );
}

function PasskeyFacts({ passkey: { name, createdAt, lastUsedAt, synced } }: { passkey: ListedPasskey }) {
  return (
    <div className="min-w-0 basis-48 grow">
      <h3 className="text-base wrap-anywhere">
        <bdi>{name}</bdi>
      </h3>
      <p className="text-sm text-ink-soft">{synced ? 'Synced between your devices' : 'On one device'}</p>
      <p className="text-sm text-ink-soft">
        Added <LocalTime at={createdAt} />
      </p>
      <p className="text-sm text-ink-soft">
        {lastUsedAt === null ? (
          'Not used yet'
        ) : (
          <>
            Last used <LocalTime at={lastUsedAt} />
          </>
        )}
      </p>
    </div>
  );
}
