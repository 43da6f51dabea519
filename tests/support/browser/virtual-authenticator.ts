import type { CDPSession, Page } from '@playwright/test';

/** A device of a person that keeps passkeys, as Chromium plays it: it says yes to every question at once. */
export type VirtualAuthenticator = {
  /** False: its person cannot show that it is them. */
  setUserVerified(isVerified: boolean): Promise<void>;
  /** What it keeps, by id. */
  credentials(): Promise<string[]>;
  /** By what address and name it shows them, one a line. */
  names(): Promise<string[]>;
  /** Takes the device away. */
  remove(): Promise<void>;
};

const sessions = new WeakMap<Page, Promise<CDPSession>>();

async function sessionOf(page: Page): Promise<CDPSession> {
  const begun = sessions.get(page);
  if (begun !== undefined) return begun;
  const beginning = page.context().newCDPSession(page);
  sessions.set(page, beginning);
  await (await beginning).send('WebAuthn.enable', { enableUI: false });
  return beginning;
}

/** Gives the page a device with passkeys, synced ones unless `isSynced` is false. */
export async function addAuthenticator(page: Page, { isSynced = true } = {}): Promise<VirtualAuthenticator> {
  const client = await sessionOf(page);
  const { authenticatorId } = await client.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      defaultBackupEligibility: isSynced,
      defaultBackupState: isSynced,
    },
  });
  return {
    setUserVerified: async (isUserVerified) => {
      await client.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
    },
    credentials: async () => {
      const { credentials } = await client.send('WebAuthn.getCredentials', { authenticatorId });
      return credentials.map(({ credentialId }) => credentialId);
    },
    names: async () => {
      const { credentials } = await client.send('WebAuthn.getCredentials', { authenticatorId });
      return credentials.map(({ userName, userDisplayName }) => `${userName} ${userDisplayName}`);
    },
    remove: async () => {
      await client.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
    },
  };
}

/**
 * Holds the suggestions of passkeys, which the virtual device would take as soon as they are there, until the returned
 * function lets the person pick one. Call it before the page is opened.
 */
export async function holdSuggestions(page: Page): Promise<() => Promise<void>> {
  await page.addInitScript(() => {
    const real = navigator.credentials.get.bind(navigator.credentials);
    const picked = new Promise<void>((resolve) => {
      Object.assign(window, { pickPasskey: resolve });
    });
    navigator.credentials.get = async (options) => {
      if (options?.mediation === 'conditional') {
        await Promise.race([picked, whenAborted(options.signal)]);
        if (options.signal?.aborted) throw options.signal.reason;
      }
      return real(options);
    };
    const whenAborted = (signal: AbortSignal | undefined) =>
      new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
  });
  return async () => {
    await page.evaluate(() => (window as unknown as { pickPasskey: () => void }).pickPasskey());
  };
}
