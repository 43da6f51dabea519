'use client';

import Link, { useLinkStatus } from 'next/link';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';

type Props = {
  href: string;
  /** Current only on this very page, not on those below it. */
  exact?: boolean;
  /** The places that the link stands for, where it leads to one of several: the path above them all. */
  section?: string;
  children: ReactNode;
};

/** A place in a navigation: says when one is there, and shows that a slow answer is on its way. */
export function NavLink({ href, exact = false, section = href, children }: Props) {
  const pathname = usePathname();
  const isHere = pathname === href;
  const isBelow = !exact && pathname.startsWith(`${section}/`);
  return (
    <Link href={href} className="nav-link" {...(isHere || isBelow ? { 'aria-current': isHere ? 'page' : true } : {})}>
      {children}
      <Pending />
    </Link>
  );
}

function Pending() {
  const { pending } = useLinkStatus();
  return <span hidden data-pending={pending} />;
}
