import { LocalTime } from '@/app/_components/frame/local-time';
import type { AccessClaims } from '@/lib/core/token/claims';
import { JsonValue } from './json-value';

/** What each claim means, in the order in which they are shown (RFC 9068 §2.2, RFC 8176, Token Status List §6.2). */
const NOTES = {
  iss: 'Who stamped it. A service trusts this address and no other.',
  aud: 'Whom it is for. Anybody else refuses it.',
  sub: 'You, as a random id: no name and no address travel with the stamp.',
  sid: 'The session it belongs to, the same until you sign out.',
  jti: 'This very token. Every renewal brings a new one.',
  client_id: 'What asked for it: “web” is a browser.',
  iat: 'When it was issued',
  exp: 'When it ends, without tolerance',
  auth_time: 'When you last proved who you are',
  role: 'What you may do. Pages that matter ask the database as well.',
  amr: 'How you proved it: “pwd” is a password.',
  status: 'Where to see whether it was taken back: two bits in a public, signed list.',
  net: 'The network it may come from, as a digest: sessions are bound to networks here.',
} as const satisfies Record<Exclude<keyof AccessClaims, 'own'>, string>;

const OWN_NOTE = 'What this product says of you besides.';

const TIMES: ReadonlySet<string> = new Set(['iat', 'exp', 'auth_time']);

/** The claims as annotated JSON: each line with its note. */
export function Claims({ claims }: { claims: AccessClaims }) {
  const { own = {}, ...ours } = claims;
  const present = Object.entries(NOTES).filter(([name]) => Object.hasOwn(ours, name));
  const values: Readonly<Record<string, unknown>> = { ...own, ...ours };
  const lines = [...present, ...Object.keys(own).map((name) => [name, OWN_NOTE] as const)];
  return (
    <section aria-labelledby="claims" className="mt-16">
      <h2 id="claims" className="text-xl">
        What your stamp says
      </h2>
      <p className="mt-1 max-w-2xl text-ink-soft">
        The claims of your access token, decoded. Whoever checks it reads exactly this, and nothing else is needed to
        let you in.
      </p>
      <dl className="claims sheet mt-5 px-5 py-3 sm:px-8">
        {lines.map(([name, note]) => (
          <div key={name} className="claims-line">
            <dt className="claims-source">
              <code>
                <span className="json-mark">"</span>
                <span className="json-name">{name}</span>
                <span className="json-mark">": </span>
                <JsonValue value={values[name]} />
              </code>
            </dt>
            <dd className="claims-note">
              {note}
              {TIMES.has(name) ? (
                <>
                  : <LocalTime at={new Date(Number(values[name]) * 1000).toISOString()} precision="seconds" />
                </>
              ) : null}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
