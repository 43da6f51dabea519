import { notFound } from 'next/navigation';
import { PageTitle } from '@/app/_components/frame/page-title';
import { isProblemCode, PROBLEMS } from '@/lib/core/http/problem';
import { PROBLEM_MEANINGS } from '@/lib/core/http/problem-meanings';

type Props = { params: Promise<{ code: string }> };

/** What an error of the API means: the `type` of its answer leads here (RFC 9457 §3.1.1). */
export default async function ProblemPage({ params }: Props) {
  const { code } = await params;
  if (!isProblemCode(code)) notFound();
  const [status, title] = PROBLEMS[code];
  return (
    <article className="max-w-[38rem] pt-8 sm:pt-14">
      <PageTitle>{title}</PageTitle>
      <p className="text-sm text-ink-soft">An answer of this site’s API</p>
      <h1 className="mt-2 text-2xl">{title}</h1>
      <dl className="mt-6 grid grid-cols-[auto_1fr] gap-x-6 gap-y-1">
        <dt className="text-ink-soft">Code</dt>
        <dd>
          <code>{code}</code>
        </dd>
        <dt className="text-ink-soft">Status</dt>
        <dd>
          <code>{status}</code>
        </dd>
      </dl>
      <p className="mt-6">{PROBLEM_MEANINGS[code]}</p>
    </article>
  );
}
