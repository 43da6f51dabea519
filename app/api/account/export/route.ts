import { loginPath, withNext } from '@/lib/core/http/safe-redirect';
import { exportData } from '@/lib/server/account/export';
import { file, type Problem, problem } from '@/lib/server/routes/answer';
import { backToForm, type FormFields } from '@/lib/server/routes/form-answer';
import { changeRoute } from '@/lib/server/routes/route-handler';
import { attemptProblem } from '@/lib/server/routes/sign-in-answer';
import { stepUpRequired } from '@/lib/server/routes/step-up-answer';

export * from '@/lib/server/routes/other-methods';

const PAGE = '/account/data';

const form = {
  success: () => PAGE,
  failure(error: Problem, fields: FormFields): string {
    switch (error.code) {
      case 'step_up_required':
        return withNext('/step-up', PAGE);
      case 'unauthenticated':
      case 'session_ended':
        return loginPath(PAGE, { isEnded: true });
      default:
        return backToForm(PAGE, error, fields);
    }
  },
};

export const POST = changeRoute('POST /api/account/export', { form }, async ({ facts }, signer) => {
  const exported = await exportData(signer, facts);
  if (exported.ok) return file(exported.value.name, 'application/json; charset=utf-8', exported.value.text);
  switch (exported.code) {
    case 'step_up_required':
      return stepUpRequired(signer);
    case 'too_many_attempts':
      return attemptProblem(exported);
    case 'unauthenticated':
      return problem(exported.code);
  }
});
