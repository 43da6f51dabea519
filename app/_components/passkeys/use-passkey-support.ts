'use client';

import { useSyncExternalStore } from 'react';

const subscribe = () => () => undefined;

/** For what runs in the page alone. */
export const isPasskeySupported = (): boolean => typeof PublicKeyCredential === 'function' && window.isSecureContext;

/** False until the page runs, and in a browser that knows no passkeys: there a button for one would do nothing. */
export const usePasskeySupport = (): boolean => useSyncExternalStore(subscribe, isPasskeySupported, () => false);
