import Link from 'next/link';

/** Steps between the pages of the list; nothing when there is one page only. Pages count from 1. */
export function Pages({ page, last }: { page: number; last: number }) {
  if (last === 1) return null;
  return (
    <nav aria-label="Pages" className="mt-6 flex items-center gap-3">
      {page > 1 ? <Step to={Math.min(page - 1, last)}>Previous page</Step> : null}
      {page < last ? <Step to={page + 1}>Next page</Step> : null}
      <span className="text-sm text-ink-soft">
        Page {page} of {last}
      </span>
    </nav>
  );
}

function Step({ to, children }: { to: number; children: string }) {
  return (
    <Link className="button button-quiet button-small" href={to === 1 ? '/admin/users' : `/admin/users?page=${to}`}>
      {children}
    </Link>
  );
}
