'use client';

import { useSyncExternalStore } from 'react';

const subscribe = () => () => undefined;
const isSupported = () => typeof PublicKeyCredential === 'function' && window.isSecureContext;

/** False until the page runs, and in a browser that knows no passkeys: there a button for one would do nothing. */
export const usePasskeySupport = (): boolean => useSyncExternalStore(subscribe, isSupported, () => false);
