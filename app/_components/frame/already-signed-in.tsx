import { PlainSignOut } from '@/app/_components/session/plain-sign-out';

type Props = {
  /** Null while the server cannot tell. */
  email: string | null;
  /** What the form below does to that session. */
  children: string;
};

/** For a person who is signed in and came to a page of visitors anyway, perhaps to sign in with another account. */
export function AlreadySignedIn({ email, children }: Props) {
  return (
    <section aria-labelledby="already" className="sheet mb-6 p-5">
      <p id="already" className="text-lg font-semibold wrap-anywhere">
        You are signed in{email === null ? null : ' as '}
        {email === null ? null : <bdi>{email}</bdi>}
      </p>
      <p className="mt-1 mb-4 text-sm text-ink-soft">{children}</p>
      <div className="flex flex-wrap gap-3">
        <a href="/dashboard" className="button button-primary button-small">
          Go to dashboard
        </a>
        <PlainSignOut />
      </div>
    </section>
  );
}
