/** Every page of the product: what leads there, and a heading by which one knows to have arrived. */
export type PageCase = { readonly path: string; readonly heading: string; readonly status?: number };

export const GUEST_PAGES: readonly PageCase[] = [
  { path: '/', heading: 'Stamped once at the door' },
  { path: '/login', heading: 'Sign in' },
  { path: '/login?error=invalid_credentials&next=%2Faccount', heading: 'Sign in' },
  { path: '/login?ended=1', heading: 'Sign in' },
  { path: '/login?ended=unknown', heading: 'Sign in' },
  { path: '/register', heading: 'Create account' },
  { path: '/register?error=validation_failed&fields=email:custom,password:too_short', heading: 'Create account' },
  { path: '/login?error=too_many_attempts&retry=90', heading: 'Sign in' },
  { path: '/login/mfa', heading: 'There is nothing to finish' },
  { path: '/problems/validation_failed', heading: 'Some fields need attention' },
  { path: '/verify-email', heading: 'There is no code to enter' },
  { path: '/forgot-password', heading: 'Forgot your password?' },
  { path: '/forgot-password?sent=1', heading: 'Look in your mailbox' },
  { path: '/forgot-password?error=validation_failed&fields=email:custom', heading: 'Forgot your password?' },
  { path: '/reset-password', heading: 'Open the link once more' },
  { path: '/reset-password?token=used', heading: 'This link is not valid any more' },
  { path: '/undo', heading: 'Open the link once more' },
  { path: '/undo?token=used', heading: 'This link is not valid any more' },
  { path: '/login?reset=1', heading: 'Sign in' },
  { path: '/login?undone=1', heading: 'Sign in' },
  { path: '/reload?next=%2Faccount', heading: 'This page is older than the server' },
  { path: '/dev/mail', heading: 'Local mailbox' },
  { path: '/no-such-page', heading: 'There is nothing here', status: 404 },
];

export const MEMBER_PAGES: readonly PageCase[] = [
  { path: '/', heading: 'Stamped once at the door' },
  { path: '/login', heading: 'Sign in' },
  { path: '/dashboard', heading: 'You are in, Robin Quay' },
  { path: '/account', heading: 'Account' },
  { path: '/account?done=email_changed', heading: 'Account' },
  { path: '/account/security', heading: 'Account' },
  { path: '/account/security?done=password_changed', heading: 'Account' },
  { path: '/step-up?next=%2Faccount%2Fsecurity', heading: 'Before you go on' },
  { path: '/step-up?error=invalid_credentials', heading: 'Before you go on' },
  { path: '/account/sessions', heading: 'Account' },
  { path: '/account/sessions?done=others', heading: 'Account' },
  { path: '/account/activity', heading: 'Account' },
  { path: '/admin/users', heading: 'There is nothing here', status: 404 },
  { path: '/account/no-such-page', heading: 'There is nothing here', status: 404 },
  { path: '/no-such-page', heading: 'There is nothing here', status: 404 },
];

export const ADMIN_PAGES: readonly PageCase[] = [
  { path: '/admin/users', heading: 'Users' },
  { path: '/admin/users?after=0.AAAAAAAAAAAAAAAAAAAAAA', heading: 'Users' },
  { path: '/admin/users?search=admin&role=admin', heading: 'Users' },
  { path: '/admin/users?search=a', heading: 'Users' },
  { path: '/admin/audit', heading: 'Audit log' },
  { path: '/admin/audit?type=signed_in&to=yesterday', heading: 'Audit log' },
  { path: '/admin/keys', heading: 'Keys' },
];
