/** How it works, in the order in which it happens. The numbers are policy: lib/core/policy.ts and the settings. */
export function Steps({ accessTtlSeconds }: { accessTtlSeconds: number }) {
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
      <ol className="strip mt-5">
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
