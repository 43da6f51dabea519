import { Notice } from '@/app/_components/frame/notice';
import { PlainSignOut } from '@/app/_components/session/plain-sign-out';

/** For a person whose sign-out the server could not do: on a shared machine they must not walk away believing that it did. */
export function SignOutFailed() {
  return (
    <section aria-label="Sign-out" className="mb-6">
      <Notice tone="fault">
        <p role="alert" className="mb-3">
          You may still be signed in on this browser: the server could not sign you out. Try again, or close the
          browser.
        </p>
        <PlainSignOut />
      </Notice>
    </section>
  );
}
