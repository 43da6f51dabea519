'use client';

import { type RefObject, useCallback, useEffect } from 'react';

const PREFIX = 'kept-text:';
const isKept = (input: HTMLInputElement): boolean => input.type === 'text' || input.type === 'email';

/**
 * Keeps what is typed into a form of a server action while its answer is out. An answer that brings an error page instead,
 * such as that of a newer server, takes the form away; once it is there again, it says what it said. Passwords are not kept,
 * and nothing leaves the tab.
 *
 * @param name What the form is called in this tab's storage. Name its owner too: the next person in this tab must not get
 *   the words of the one before.
 * @returns `keep`, for when the form is sent, and `forget`, for when it was answered.
 */
export function useKeptText(formRef: RefObject<HTMLFormElement | null>, name: string) {
  const key = PREFIX + name;

  useEffect(() => {
    const kept = sessionStorage.getItem(key);
    if (kept === null || formRef.current === null) return;
    sessionStorage.removeItem(key);
    const values = new URLSearchParams(kept);
    for (const input of formRef.current.querySelectorAll('input')) {
      const value = values.get(input.name);
      if (isKept(input) && value !== null) input.value = value;
    }
  }, [formRef, key]);

  const keep = useCallback(() => {
    const inputs = [...(formRef.current?.querySelectorAll('input') ?? [])].filter(isKept);
    const values = new URLSearchParams(inputs.map(({ name: field, value }) => [field, value]));
    sessionStorage.setItem(key, values.toString());
  }, [formRef, key]);
  const forget = useCallback(() => sessionStorage.removeItem(key), [key]);
  return { keep, forget };
}
