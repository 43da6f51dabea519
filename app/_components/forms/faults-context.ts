'use client';

import { createContext, useContext } from 'react';
import { type Faults, NO_FAULTS } from './faults';

/** The faults of the form around a field. */
export const FaultsContext = createContext<Faults>(NO_FAULTS);

/** The sentence for a field, if it was refused. */
export const useFault = (field: string): string | undefined => useContext(FaultsContext).fields[field];
