import { PlainSignOut } from '@/app/_components/session/plain-sign-out';

/** For a person who is signed in and came here anyway, perhaps to sign in with another account. */
export function AlreadySignedIn() {
  return (
    <section aria-labelledby="already" className="sheet mb-6 p-5">
      <p id="already" className="text-lg font-semibold">
        You are signed in
      </p>
      <p className="mt-1 mb-4 text-sm text-ink-soft">Signing in below ends that session and begins a new one.</p>
      <div className="flex flex-wrap gap-3">
        <a href="/dashboard" className="button button-primary button-small">
          Go to dashboard
        </a>
        <PlainSignOut />
      </div>
    </section>
  );
}
