import { NavLink } from '@/app/_components/frame/nav-link';

/** The pages of one's own account. */
export function AccountNav() {
  return (
    <>
      <h1 className="text-2xl">Account</h1>
      <nav
        aria-label="Account"
        className="mt-2 mb-8 flex flex-wrap gap-x-4 sm:gap-x-7 *:-ms-1 border-b border-hairline"
      >
        <NavLink href="/account" exact>
          Profile
        </NavLink>
        <NavLink href="/account/security">Security</NavLink>
        <NavLink href="/account/sessions">Sessions</NavLink>
        <NavLink href="/account/activity">Activity</NavLink>
        <NavLink href="/account/data">Data</NavLink>
      </nav>
    </>
  );
}
