import type { Metadata } from 'next';
import { lettering } from '@/app/_components/stamp/lettering';
import { env } from '@/lib/server/config/env';
import { sessionIfKnown } from '@/lib/server/sessions/session-if-known';
import { SITE } from '@/site';
import { FrontStamp } from './front-stamp';

export const metadata: Metadata = {
  robots: { index: true },
};

/** What this is, and the way in. */
export default async function LandingPage() {
  const session = await sessionIfKnown();
  return (
    <>
      <title>{`${SITE.name}: ${SITE.tagline}`}</title>
      <section className="grid items-center gap-x-12 gap-y-10 pt-8 pb-16 sm:pt-14 lg:grid-cols-[minmax(0,1.25fr)_minmax(0,1fr)] lg:pb-24">
        <div>
          <h1 className="text-3xl tracking-[-0.032em]">Stamped once at the door</h1>
          <p className="mt-6 max-w-[34rem] text-lg text-ink-soft">
            Prove who you are one time and carry the stamp. Every service behind the door checks it by looking, without
            calling the box office.
          </p>
          <div className="mt-9 flex flex-wrap gap-3">{session === null ? <WaysIn /> : <WayBack />}</div>
        </div>
        <FrontStamp className="mx-auto w-[min(17rem,72vw)] lg:me-0 lg:w-full lg:max-w-[25rem]" />
      </section>
      <Steps accessTtlSeconds={env().accessTtlSeconds} />
    </>
  );
}

function WaysIn() {
  return (
    <>
      <a href="/register" className="button button-primary">
        Create account
      </a>
      <a href="/login" className="button button-quiet">
        Sign in
      </a>
    </>
  );
}

function WayBack() {
  return (
    <a href="/dashboard" className="button button-primary">
      Go to dashboard
    </a>
  );
}

/** How it works, in the order in which it happens. The numbers are policy: lib/core/policy.ts and the settings. */
function Steps({ accessTtlSeconds }: { accessTtlSeconds: number }) {
  const minutes = Math.round(accessTtlSeconds / 60);
  const life = minutes === 1 ? 'one minute' : `${minutes} minutes`;
  const steps = [
    {
      title: 'You get a stamp',
      text: `Sign in, and your browser holds a signed token. It fades within ${life} and is renewed while you are here, without you noticing.`,
    },
    {
      title: 'Anybody can check it',
      text: 'A service needs the public keys and the list of stamps taken back. It looks nobody up, and no database is read.',
    },
    {
      title: 'You can take it back',
      text: 'See every device that holds a stamp and end any of them. An ended one is refused everywhere within five seconds.',
    },
  ];
  return (
    <section aria-labelledby="how">
      <h2 id="how" className="text-xl">
        How it works
      </h2>
      <ol className={`strip mt-5 ${lettering.variable}`}>
        {steps.map(({ title, text }, at) => (
          <li key={title} className="strip-part">
            <span className="strip-number" aria-hidden="true">
              {at + 1}
            </span>
            <h3 className="text-lg">{title}</h3>
            <p className="mt-2 text-sm text-ink-soft">{text}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}
