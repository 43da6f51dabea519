import 'server-only';

/**
 * The accounts of the embedded database. Their passwords are public, which is why they exist nowhere else: that database
 * serves one machine.
 */
export const DEMO_ACCOUNTS = [
  { email: 'member@handstamp.test', name: 'Mira Member', role: 'member', password: 'violet-otter-maps-the-harbour' },
  { email: 'admin@handstamp.test', name: 'Ada Admin', role: 'admin', password: 'copper-lantern-tunes-the-orchard' },
] as const;
