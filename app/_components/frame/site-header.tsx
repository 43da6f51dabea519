import { SignedIn } from '@/app/_components/session/session-context';
import { SignOutForm } from '@/app/_components/session/sign-out-form';
import { NavLink } from './nav-link';
import { Wordmark } from './wordmark';

/** Header of the pages behind the door. On a narrow page the places go on a line of their own. */
export function MemberHeader() {
  return (
    <header className="border-b border-hairline">
      <div className="page flex flex-wrap items-center justify-between gap-x-8 pt-3 sm:py-4">
        <Wordmark />
        <SignedIn>
          <nav aria-label="Main" className="order-last -ms-1 flex basis-full gap-6 sm:order-none sm:grow sm:basis-auto">
            <NavLink href="/dashboard">Dashboard</NavLink>
            <NavLink href="/account">Account</NavLink>
            <SignedIn only="admin">
              <NavLink href="/admin/users" section="/admin">
                Admin
              </NavLink>
            </SignedIn>
          </nav>
          <SignOutForm />
        </SignedIn>
      </div>
    </header>
  );
}

/** Header of the pages in front of the door: plain links, next to no script. */
export function VisitorHeader({ isSignedIn }: { isSignedIn: boolean }) {
  return (
    <header>
      <div className="page flex items-center justify-between gap-4 py-3 sm:py-5">
        <Wordmark />
        <nav aria-label="Main">
          <a className="nav-link" href={isSignedIn ? '/dashboard' : '/login'}>
            {isSignedIn ? 'Dashboard' : 'Sign in'}
          </a>
        </nav>
      </div>
    </header>
  );
}
