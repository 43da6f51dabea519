/** Tells password managers whose password or code a form is about, where it has no field for the address. */
export function AccountName({ email }: { email: string | null }) {
  if (email === null) return null;
  return <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />;
}
