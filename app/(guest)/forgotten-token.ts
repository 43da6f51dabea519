'use client';

import { useEffect } from 'react';

/** Takes the token of a mailed link out of the address once the page is there: no history, screenshot or bookmark keeps it. */
export function useForgottenToken(): void {
  useEffect(() => history.replaceState(null, '', location.pathname), []);
}
