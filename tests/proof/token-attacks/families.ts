import { CLAIMS_AND_TYPES } from './families/claims';
import { INJECTIONS } from './families/injections';
import { KEY_NAMES } from './families/key-names';
import { LABS } from './families/labs';
import { SIGNATURES_AND_KEYS } from './families/signatures-and-keys';
import { SPELLINGS } from './families/spellings';
import type { Family } from './forge';

/**
 * Known attacks on signed tokens: A, what jwt_tool tries; B, the labs of PortSwigger; C, what RFC 8725 and its revision, RFC
 * 9068 and RFC 9700 add.
 */
export const FAMILIES: readonly Family[] = [
  ...SIGNATURES_AND_KEYS,
  ...KEY_NAMES,
  ...INJECTIONS,
  ...LABS,
  ...CLAIMS_AND_TYPES,
  ...SPELLINGS,
];
