import Link from 'next/link';

type Filter = Readonly<Record<string, string>>;

/** Steps to the pages beside this one; nothing where there is only one. Each is named by the place where it begins. */
export function Pages({ previous, next, filter }: { previous: string | null; next: string | null; filter: Filter }) {
  if (previous === null && next === null) return null;
  return (
    <nav aria-label="Pages" className="mt-6 flex items-center gap-3">
      {previous === null ? null : <Step query={{ ...filter, before: previous }}>Previous page</Step>}
      {next === null ? null : <Step query={{ ...filter, after: next }}>Next page</Step>}
    </nav>
  );
}

function Step({ query, children }: { query: Filter; children: string }) {
  return (
    <Link className="button button-quiet button-small" href={{ pathname: '/admin/users', query }}>
      {children}
    </Link>
  );
}
