/** What a new password has to be, before anything is typed. */
export function PasswordPolicy({ minLength }: { minLength: number }) {
  return (
    <p>
      {minLength} to 128 characters, spaces included. No digits or symbols needed: a few words that only you would put
      together do well.
    </p>
  );
}
