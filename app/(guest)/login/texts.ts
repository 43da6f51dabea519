/** What the login form says about a field that is missing. */
export const LOGIN_FIELD_TEXTS = {
  email: 'Enter the email address of your account',
  password: 'Enter your password',
} as const;
