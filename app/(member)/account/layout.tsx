import type { ReactNode } from 'react';
import { AccountNav } from './account-nav';

/** One heading and one navigation for the account's pages. */
export default function AccountLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <AccountNav />
      {children}
    </>
  );
}
