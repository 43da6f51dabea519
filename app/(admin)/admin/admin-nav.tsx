import { NavLink } from '@/app/_components/frame/nav-link';
import { PageTitle } from '@/app/_components/frame/page-title';

/** The heading of an admin page, above the navigation as in the account. Each page draws it after `requireAdmin`, so that only admins see which pages there are. */
export function AdminNav({ title }: { title: string }) {
  return (
    <>
      <PageTitle>{title}</PageTitle>
      <h1 className="text-2xl">{title}</h1>
      <nav aria-label="Admin" className="mt-2 mb-8 flex gap-6 *:first:-ms-1 border-b border-hairline">
        <NavLink href="/admin/users">Users</NavLink>
        <NavLink href="/admin/audit">Audit log</NavLink>
        <NavLink href="/admin/keys">Keys</NavLink>
      </nav>
    </>
  );
}
