import { ROLE_NAMES } from '@/app/_components/frame/role-names';
import { DEMO_ACCOUNTS } from '@/lib/server/config/demo-accounts';
import { FillButton } from './fill-button';

/** The accounts to try things with. Readable without scripts; with them, a button fills the form. */
export function DemoAccounts() {
  return (
    <section aria-labelledby="demo" className="mt-8 px-1">
      <h2 id="demo" className="text-sm">
        Demo accounts on this machine
      </h2>
      <ul className="mt-2 divide-y divide-hairline">
        {DEMO_ACCOUNTS.map(({ role, email, password }) => (
          <li key={email} className="flex items-center justify-between gap-4 py-3">
            <div className="min-w-0 text-xs text-ink-soft">
              <p className="text-sm font-medium text-ink">{ROLE_NAMES[role]}</p>
              <p className="wrap-anywhere">{email}</p>
              <p className="wrap-anywhere">{password}</p>
            </div>
            <FillButton email={email} password={password} />
          </li>
        ))}
      </ul>
    </section>
  );
}
