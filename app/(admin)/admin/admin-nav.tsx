import { NavLink } from '@/app/_components/frame/nav-link';

/** The admin pages. Each page draws it after `requireAdmin`, so that only admins see which pages there are. */
export function AdminNav() {
  return (
    <nav aria-label="Admin" className="-mt-3 mb-8 flex gap-6 *:first:-ms-1 border-b border-hairline">
      <NavLink href="/admin/users">Users</NavLink>
      <NavLink href="/admin/keys">Keys</NavLink>
    </nav>
  );
}
