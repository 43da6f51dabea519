import Link from 'next/link';

/** Steps to the pages beside this one; nothing where there is only one. Each is named by the place where it begins. */
export function Pages({ previous, next }: { previous: string | null; next: string | null }) {
  if (previous === null && next === null) return null;
  return (
    <nav aria-label="Pages" className="mt-6 flex items-center gap-3">
      {previous === null ? null : <Step query={{ before: previous }}>Previous page</Step>}
      {next === null ? null : <Step query={{ after: next }}>Next page</Step>}
    </nav>
  );
}

function Step({ query, children }: { query: { before: string } | { after: string }; children: string }) {
  return (
    <Link className="button button-quiet button-small" href={{ pathname: '/admin/users', query }}>
      {children}
    </Link>
  );
}
