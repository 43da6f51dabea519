import type { ProblemCode } from './problem';

/**
 * What each code means and what to do about it, for the developer who opens its `type` (RFC 9457 §3.1.1). A module of its
 * own, because forms need the codes and none of these sentences.
 */
export const PROBLEM_MEANINGS = {
  malformed_request:
    'The body is no JSON or form that can be read, it names a field twice, or a header makes no sense. Sent again as it is, the request fails again.',
  unauthenticated:
    'The request brought no access token that is good here. Refresh it, or sign in. With a Bearer token, WWW-Authenticate says what was wrong with it.',
  session_ended:
    'The refresh token is not good any more: its session was ended, or it ran out. Sign in again. No cookie was deleted, because the answer may be about an older session than the one in the browser.',
  invalid_credentials:
    'Email and password do not belong together. An unknown address and a disabled account get the same answer.',
  invalid_code:
    'The code is wrong, over or used, or it was asked for in another browser. After five wrong ones, sign up again for a new code.',
  invalid_token:
    'The link was used or ran out, a newer change made an end of it, or it is mistyped: all get the same answer. Ask for a new one.',
  invalid_passkey:
    'What the passkey signed is wrong, over or used, or it was asked for by somebody else or in another session: all get the same answer. Ask for new options, and let it sign once more.',
  unknown_passkey:
    'Nobody has a passkey of that id: it was removed here. Tell the browser by PublicKeyCredential.signalUnknownCredential, so that it is not offered again.',
  origin_refused:
    'Changes are accepted from pages of this site only, so Origin or Sec-Fetch-Site has to name it. A program sends no cookies, and JSON or a Bearer token.',
  forbidden: 'The session is good, and its account may not do this. Another role may.',
  step_up_required:
    'The session is good, and this change wants a proof that is a few minutes old at most. Give one to POST /api/auth/step-up by one of “methods”, then send the same request again.',
  factor_required:
    'The account has a second factor, and a password proves nothing beside it. Give a proof by one of “methods”.',
  not_found: 'There is nothing at this address, or it belongs to somebody else: the two look the same.',
  method_not_allowed: 'This address takes other methods. Allow names them.',
  own_account:
    'Nobody changes their own role, disables their own account or takes their own second factors away here. Another admin can, and so can the command line of the server.',
  last_admin: 'Without this person nobody could administer anything. Make somebody else an admin first.',
  email_change_recent:
    'The email address was changed less than three days ago, and whoever has the address before may still take that back. Until then it changes no further.',
  last_factor:
    'After this the password alone would sign in, and the recovery codes would be good no more. Send the same request with ?last=true to do it nevertheless.',
  factor_exists: 'An account has one authenticator app. Remove it before you set up another one.',
  no_factor:
    'The account has no second factor: there is none to reset, and recovery codes have nothing to stand in for. Set up an authenticator app or a passkey first.',
  factors_changed:
    'While this was being done, another request added or removed a second factor or made other recovery codes. Nothing was done here. Look at what there is now, and ask again where it is still wanted.',
  passkey_exists: 'A passkey belongs to one account, and this one is set up already. Use it, or make another one.',
  too_many_passkeys: 'An account has 25 passkeys at most. Remove one that is not used any more.',
  passkeys_unavailable:
    'Browsers bind passkeys to a domain, and this site is reached by an IP address. Set APP_ORIGIN to an address with a name.',
  payload_too_large:
    'The body has more bytes than this address takes: 4 KB at most endpoints, 16 KB where a passkey is brought.',
  unsupported_media_type:
    'Content-Type is neither application/json nor application/x-www-form-urlencoded, or is missing.',
  validation_failed:
    'The body was read, and some of its fields are not acceptable. Each is named under “errors”, with a stable code and a sentence for the person.',
  too_many_attempts: 'Too much was tried or asked for. Retry-After says in how many seconds to come back.',
  internal_error: 'An error of this server, which is in its log. The request may be right; try it again later.',
  service_unavailable:
    'Something that the answer needs does not answer now, such as the database. Nobody was signed out. Try again after Retry-After.',
} as const satisfies Record<ProblemCode, string>;
