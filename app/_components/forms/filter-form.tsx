'use client';

import type { ReactNode } from 'react';
import type { Faults } from './faults';
import { FaultsContext } from './faults-context';

type Props = { path: string; label: string; faults: Faults; submitLabel: string; children: ReactNode };

/** Fields by which a page chooses what it shows: they go into its address, so that it can be kept and sent on. */
export function FilterForm({ path, label, faults, submitLabel, children }: Props) {
  return (
    <FaultsContext value={faults}>
      <form action={path} aria-label={label} className="mb-6">
        <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">{children}</div>
        <button type="submit" className="button button-primary button-small mt-4">
          {submitLabel}
        </button>
      </form>
    </FaultsContext>
  );
}
