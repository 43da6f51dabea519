'use client';

import { type FormEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { type SessionMessage, tellOtherTabs } from '@/app/_components/session/session-channel';
import { type Faults, NO_FAULTS, withoutFault } from './faults';

type Options = {
  endpoint: string;
  /** Where a success leads: a document navigation, so that nothing shown before remains. */
  next: string;
  initial: Faults;
  /** Field → sentence when it is left empty. Checked here only to be quick; the server decides. */
  required: Readonly<Record<string, string>>;
  /** The JSON body. */
  toBody: (fields: FormData) => Record<string, unknown>;
  /** Gets the focus when the answer says that something was mistyped. */
  retryField: string;
  /** What a success means for other tabs; null when nothing. */
  tells: SessionMessage | null;
  /** Where a success leads that is only half of one; null for a whole one. */
  halfway?: (answer: Response) => Promise<string | null>;
};

type AuthForm = {
  formRef: RefObject<HTMLFormElement | null>;
  faults: Faults;
  isBusy: boolean;
  submit: (event: FormEvent<HTMLFormElement>) => void;
  /** Takes a field's fault away as soon as somebody corrects it. */
  correct: (event: FormEvent<HTMLFormElement>) => void;
};

/** Sends a form as JSON and keeps what was typed; without scripts the same form posts itself. */
export function useAuthForm(options: Options): AuthForm {
  const { endpoint, next, initial, required, toBody, retryField, tells, halfway } = options;
  const formRef = useRef<HTMLFormElement>(null);
  const [faults, setFaults] = useState(initial);
  const [isBusy, setIsBusy] = useState(false);

  useEffect(() => {
    // From here on our own sentences, tied to their fields, replace the browser's bubbles.
    if (formRef.current !== null) formRef.current.noValidate = true;
  }, []);

  const { attempt, code } = faults;
  useEffect(() => {
    // Once for each answer: a fault that goes away while it is corrected must not move the focus.
    if (attempt === 0 || formRef.current === null) return;
    const isMistyped = code?.startsWith('invalid_') === true;
    const first = formRef.current.querySelector<HTMLInputElement>(
      isMistyped ? `[name="${retryField}"]` : '[aria-invalid="true"]',
    );
    first?.focus();
    if (isMistyped) first?.select();
  }, [attempt, code, retryField]);

  async function send(form: HTMLFormElement) {
    const fields = new FormData(form);
    const empty = Object.entries(required).filter(([field]) => fields.get(field) === '');
    if (empty.length > 0) {
      setFaults({ ...NO_FAULTS, fields: Object.fromEntries(empty), attempt: faults.attempt + 1 });
      return;
    }
    setIsBusy(true);
    setFaults({ ...NO_FAULTS, attempt: faults.attempt });
    let half: string | null = null;
    const refused = await post(endpoint, toBody(fields), async (answer) => {
      half = (await halfway?.(answer)) ?? null;
    });
    if (refused === null) {
      if (tells !== null && half === null) tellOtherTabs(tells);
      location.assign(half ?? next);
      return;
    }
    setIsBusy(false);
    setFaults({ ...refused, attempt: faults.attempt + 1 });
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (!isBusy) void send(event.currentTarget);
  }

  function correct({ target }: FormEvent<HTMLFormElement>) {
    if (target instanceof HTMLInputElement) setFaults(withoutFault(faults, target.name));
  }

  return { formRef, faults, isBusy, submit, correct };
}

type Refusal = Omit<Faults, 'attempt'>;

/** No answer came. It is not known whether the request arrived, so nothing is claimed about it. */
const UNREACHABLE: Refusal = {
  code: null,
  summary: 'The server could not be reached. Check your connection, then try again.',
  fields: {},
  waitSeconds: null,
};

/** Null when the endpoint took it, and `read` its answer. What reads a refusal comes with the first request: a visit needs none of it. */
export async function post(
  endpoint: string,
  body: Record<string, unknown>,
  read?: (answer: Response) => Promise<void>,
): Promise<Refusal | null> {
  try {
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    const reader = import('./read-problem').catch(() => null);
    const answer = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(body) });
    if (answer.ok) await read?.(answer);
    return answer.ok ? null : ((await (await reader)?.faultsOf(answer)) ?? UNREACHABLE);
  } catch {
    return UNREACHABLE;
  }
}
