import { API, FILES } from './chapters/api';
import { AUTHENTICATION } from './chapters/authentication';
import { AUTHORIZATION } from './chapters/authorization';
import { CODING } from './chapters/coding';
import { CONFIGURATION } from './chapters/configuration';
import { COMMUNICATION, CRYPTOGRAPHY } from './chapters/cryptography';
import { DATA } from './chapters/data';
import { ENCODING } from './chapters/encoding';
import { FRONTEND } from './chapters/frontend';
import { LOGGING } from './chapters/logging';
import { LOGIC } from './chapters/logic';
import { PASSWORDS } from './chapters/passwords';
import { SESSIONS } from './chapters/sessions';
import { OAUTH, TOKENS } from './chapters/tokens';
import type { Requirement } from './requirement';

/** Every requirement that applies, whole or in part, in the order of the standard. */
export const REQUIREMENTS: readonly Requirement[] = [
  ...ENCODING,
  ...LOGIC,
  ...FRONTEND,
  ...API,
  ...FILES,
  ...PASSWORDS,
  ...AUTHENTICATION,
  ...SESSIONS,
  ...AUTHORIZATION,
  ...TOKENS,
  ...OAUTH,
  ...CRYPTOGRAPHY,
  ...COMMUNICATION,
  ...CONFIGURATION,
  ...DATA,
  ...CODING,
  ...LOGGING,
];
