import type { AccessClaims } from '@/lib/core/token/claims';

/** The body of the pages: a heading and the claims. */
export function FactsList({ claims }: { claims: AccessClaims }) {
  return (
    <main id="main" className="page py-10">
      <h1 className="text-2xl">Session</h1>
      <dl>
        {Object.entries(claims).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
    </main>
  );
}
