type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** What people typed into, or chose in, since the page was opened. */
const touched = new Set<Field>();

const isField = (target: EventTarget | null): target is Field =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;

/** Notes what is typed, and what was typed before anybody watched, until the returned function is called. */
export function watchTyping(): () => void {
  for (const field of document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea')) {
    if (field.value !== field.defaultValue) touched.add(field);
  }
  const onInput = ({ target }: Event) => {
    if (isField(target)) touched.add(target);
  };
  // What was sent is no longer the page's to keep.
  const onSubmit = ({ target }: Event) => {
    for (const field of touched) if (field.form === target) touched.delete(field);
  };
  document.addEventListener('input', onInput);
  document.addEventListener('submit', onSubmit);
  return () => {
    document.removeEventListener('input', onInput);
    document.removeEventListener('submit', onSubmit);
    touched.clear();
  };
}

/** True when leaving the page would lose something that was typed. */
export const hasTypedText = (): boolean => [...touched].some((field) => field.isConnected && field.value !== '');
