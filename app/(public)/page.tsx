import type { Metadata } from 'next';
import { StampImpression } from '@/app/_components/stamp/impression';
import { env } from '@/lib/server/config/env';
import { sessionIfKnown } from '@/lib/server/sessions/session-if-known';
import { Steps } from './steps';

export const metadata: Metadata = {
  title: { absolute: 'Handstamp: stamped once at the door' },
  robots: { index: true },
};

/** What this is, and the way in. */
export default async function LandingPage() {
  const session = await sessionIfKnown();
  return (
    <>
      <section className="grid items-center gap-x-12 gap-y-10 pt-8 pb-16 sm:pt-14 lg:grid-cols-[minmax(0,1.25fr)_minmax(0,1fr)] lg:pb-24">
        <div>
          <h1 className="text-3xl tracking-[-0.032em]">Stamped once at the door</h1>
          <p className="mt-6 max-w-[34rem] text-lg text-ink-soft">
            Prove who you are one time and carry the stamp. Every service behind the door checks it by looking, without
            calling the box office.
          </p>
          <div className="mt-9 flex flex-wrap gap-3">{session === null ? <WaysIn /> : <WayBack />}</div>
        </div>
        <StampImpression
          ring="HANDSTAMP"
          foot="ADMIT THE BEARER"
          className="mx-auto w-[min(17rem,72vw)] lg:me-0 lg:w-full lg:max-w-[25rem]"
        />
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
