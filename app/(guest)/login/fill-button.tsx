'use client';

/** Puts an account into the form above and leads to its button. */
export function FillButton({ email, password }: { email: string; password: string }) {
  function fill() {
    for (const [id, value] of Object.entries({ email, password })) {
      const input = document.getElementById(id);
      if (input instanceof HTMLInputElement) input.value = value;
    }
    const form = document.getElementById('email')?.closest('form');
    form?.querySelector<HTMLButtonElement>('[type="submit"]')?.focus();
  }

  return (
    <button
      type="button"
      className="needs-scripts button button-quiet button-small flex-none px-3 text-xs"
      onClick={fill}
    >
      Use this account
      <span className="sr-only"> {email}</span>
    </button>
  );
}
