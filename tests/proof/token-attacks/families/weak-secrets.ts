/** Secrets that people guess first: what tutorials, samples and defaults of libraries sign with, and the usual passwords. */
export const WEAK_SECRETS: readonly string[] = [
  ...'secret Secret SECRET secret1 secret123 secretkey secret-key secret_key mysecret my-secret my_secret'.split(' '),
  ...'mysecretkey supersecret super-secret super_secret supersecretkey topsecret verysecret shhhhh shhhhhared-secret'.split(
    ' ',
  ),
  ...'your-256-bit-secret your-384-bit-secret your-512-bit-secret your-secret your_secret_key your-secret-key'.split(
    ' ',
  ),
  ...'jwt JWT jwtsecret jwt-secret jwt_secret JWT_SECRET jwtkey jwt_key jwt_secret_key token tokensecret'.split(' '),
  ...'auth authsecret auth-secret AUTH_SECRET NEXTAUTH_SECRET nextauth session sessionsecret keyboardcat cookie'.split(
    ' ',
  ),
  ...'password Password password1 password123 passw0rd pass admin administrator root user guest test testing'.split(
    ' ',
  ),
  ...'123456 12345678 123456789 1234567890 qwerty letmein welcome changeme change-me CHANGEME default example'.split(
    ' ',
  ),
  ...'hello helloworld foo bar foobar abc abc123 key private privatekey public dev development production'.split(' '),
  ...'iloveyou dragon monkey football sunshine princess'.split(' '),
  'keyboard cat',
  'the quick brown fox',
  '0'.repeat(32),
];
