import { inUtc } from '@/app/_components/frame/times';
import type { Advice } from '@/lib/server/keys/facts';

/** What to do about keys, and what to type. What is due comes in a frame of its own. */
export function AdviceList({ advice }: { advice: readonly Advice[] }) {
  const due = advice.filter(({ isDue }) => isDue);
  const calm = advice.filter(({ isDue }) => !isDue);
  return (
    <section aria-labelledby="due" className="max-w-3xl">
      <h2 id="due" className="mb-3 text-xl">
        What is due
      </h2>
      {due.length === 0 ? null : (
        <div className="notice mb-4 rounded-md bg-accent-wash px-4 py-3 text-sm">
          <Items advice={due} />
        </div>
      )}
      {calm.length === 0 ? null : (
        <div className="text-sm text-ink-soft">
          <Items advice={calm} />
        </div>
      )}
    </section>
  );
}

function Items({ advice }: { advice: readonly Advice[] }) {
  return (
    <ul className="grid gap-3">
      {advice.map(({ text, command }) => (
        <li key={text}>
          {withTimes(text)}
          {command === null ? null : (
            <code className="mt-1 block w-fit rounded-sm border border-hairline bg-sheet px-2 py-1 text-ink wrap-anywhere">
              {command}
            </code>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Times stand between `<` and `>` in advice. */
function withTimes(text: string) {
  return text.split(/<([^>]+)>/).map((part, at) =>
    at % 2 === 0 ? (
      part
    ) : (
      <time key={part} dateTime={part} className="whitespace-nowrap">
        {inUtc(part)}
      </time>
    ),
  );
}
