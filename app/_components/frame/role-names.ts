import type { Role } from '@/lib/core/token/claims';

/** What each role is called, wherever a page shows one. */
export const ROLE_NAMES: Readonly<Record<Role, string>> = { member: 'Member', admin: 'Admin' };
