import 'server-only';
import accounts from './demo-accounts.json' with { type: 'json' };

/**
 * The accounts of the embedded database. Their passwords are public, which is why they exist nowhere else: that database
 * serves one machine. They are JSON because the scripts, which know no TypeScript, and the tests read them too.
 */
export const DEMO_ACCOUNTS = (['member', 'admin'] as const).map((role) => ({ role, ...accounts[role] }));
