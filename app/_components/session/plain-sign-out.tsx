/**
 * Signing out by a form without script, for pages of visitors, who should not have to load one for it. The page that it leads
 * to tells the other tabs.
 */
export function PlainSignOut() {
  return (
    <form method="post" action="/api/auth/logout">
      <button type="submit" className="button button-quiet button-small">
        Sign out
      </button>
    </form>
  );
}
