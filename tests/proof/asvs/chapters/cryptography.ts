import { partly, proven, type Requirement } from '../requirement';

const RULES = 'architecture/rules.test.ts';
const CRYPTO = 'architecture/cryptography.test.ts';
const HOSTILE = 'unit/core/token/hostile-access-token.test.ts';
const SIGNING = 'unit/core/keys/signing-key.test.ts';
const WRAPPING = 'unit/core/keys/wrapping.test.ts';

export const CRYPTOGRAPHY: readonly Requirement[] = [
  proven(
    '11.1.1',
    2,
    'The documents say how keys live, and it is rehearsed',
    ['architecture/runbooks.test.ts', 'is run by a test: %s'],
    [
      'integration/drills/rotation-drill.test.ts',
      'keys rotate three times under load: no request fails and nobody is logged out',
    ],
  ),
  proven(
    '11.1.2',
    2,
    'They list keys and algorithms',
    [RULES, 'name every algorithm that the code names, and no other'],
    [RULES, 'are every setting that opens something'],
  ),
  partly(
    '11.1.3',
    3,
    'Every use of cryptography is found',
    [CRYPTO, 'is that of the platform and of these libraries: nothing of it is our own'],
    [RULES, 'name every algorithm that the code names, and no other'],
  ),
  proven('11.2.1', 2, 'Cryptography is that of well-known libraries', [
    CRYPTO,
    'is that of the platform and of these libraries: nothing of it is our own',
  ]),
  proven(
    '11.2.2',
    2,
    'Algorithms and keys can be replaced',
    [
      'integration/keys/rotation.test.ts',
      'to another algorithm replaces the next key first, and signs with it when its time has come',
    ],
    [
      'integration/sign-in/raised-hash.test.ts',
      'gives way to one of today at the next sign-in, and the password goes on',
    ],
    [
      'integration/keys/secret-rotation.test.ts',
      'AUTH_SECRET rotates: nobody is signed out, status says when the old entry may go, and then it goes',
    ],
  ),
  proven(
    '11.2.3',
    2,
    'All of it has 128 bits of strength',
    [RULES, 'have 128 bits of strength and more'],
    [SIGNING, 'an RSA key has 3072 bits'],
    ['unit/core/keys/jwk-set.test.ts', 'with an RSA modulus of 1024 or 2048 bits'],
    ['unit/server/config/env.test.ts', 'a wrong setting is named in one sentence, without its value'],
  ),
  proven(
    '11.2.4',
    3,
    'Secrets are compared in constant time',
    [
      CRYPTO,
      'compares secrets, hashes and codes of authentication in constant time, or leaves it to a database or library',
    ],
    ['unit/core/encoding.test.ts', 'are equal only when every byte is'],
  ),
  proven(
    '11.2.5',
    3,
    'What fails in cryptography fails closed, and alike',
    [WRAPPING, 'does not open with any bit flipped'],
    ['unit/core/token/sealed-token.test.ts', 'is refused with any bit of any part flipped'],
    ['integration/routes/bearer.test.ts', 'that is bad is refused at %s even beside good cookies'],
  ),
  proven(
    '11.3.1',
    1,
    'No ECB, and no padding that tells',
    [CRYPTO, 'names no hash, cipher or padding that is broken, but SHA-1 for authenticator apps, which know no other'],
    [HOSTILE, 'an encrypted token is refused unread, and so is one that names 2^31 rounds'],
    ['unit/core/token/sealed-token.test.ts', '%s is refused under our own key, genuine as it is'],
  ),
  partly(
    '11.3.2',
    1,
    'What is stored encrypted is so by AES-GCM',
    [RULES, 'name every algorithm that the code names, and no other'],
    [WRAPPING, 'does not hold the secret in the clear'],
  ),
  partly(
    '11.3.3',
    2,
    'What is encrypted cannot be changed or moved',
    [WRAPPING, 'does not open with any bit flipped'],
    [
      'integration/security/totp.test.ts',
      'keeps the secret under a data key, and gives a row that was moved to somebody else no meaning',
    ],
  ),
  partly(
    '11.3.4',
    3,
    'No nonce comes twice',
    [WRAPPING, 'uses a fresh nonce each time'],
    ['unit/core/token/sealed-token.test.ts', 'is different each time'],
  ),
  proven('11.4.1', 1, 'No broken hash', [
    CRYPTO,
    'names no hash, cipher or padding that is broken, but SHA-1 for authenticator apps, which know no other',
  ]),
  proven(
    '11.4.2',
    2,
    'Passwords are stored by a slow hash of today’s cost',
    ['integration/passwords/hasher.test.ts', 'names the current pepper key and cost 12'],
    [
      'integration/passwords/hash-pool.test.ts',
      'keeps the event loop free while four passwords are hashed at policy cost',
    ],
    ['unit/server/config/env.test.ts', 'for the work of a hash, which is 2^12 rounds when nothing is said'],
  ),
  proven(
    '11.4.3',
    2,
    'Hashes have 256 bits where collisions matter',
    ['unit/core/token/refresh-token.test.ts', 'is kept as its SHA-256'],
    ['unit/core/token/link-token.test.ts', 'the database keeps the SHA-256 of its bytes'],
  ),
  proven(
    '11.5.1',
    2,
    'What must not be guessed has 128 random bits',
    ['unit/core/token/refresh-token.test.ts', 'is 128 random bits'],
    ['unit/core/token/link-token.test.ts', 'a link token is 32 random bytes in 43 characters'],
    [CRYPTO, 'makes no secret of a UUID, which has 122 random bits: those name a process, a file or a migration'],
  ),
  proven(
    '11.6.1',
    2,
    'Keys are of known kinds, and bad ones are refused',
    [SIGNING, 'are three'],
    ['unit/core/keys/jwk-set.test.ts', 'a key is passed over'],
    ['unit/core/keys/wycheproof-jwk.test.ts', '$tcId ($comment) is refused: no key in it is one of ours'],
  ),
];

export const COMMUNICATION: readonly Requirement[] = [
  proven(
    '12.2.1',
    1,
    'Everything between people and the site is TLS',
    ['unit/server/config/env.test.ts', 'a wrong setting is named in one sentence, without its value'],
    [
      'integration/middleware/behind-tls.test.ts',
      'a page is refreshed in one hop, with cookies that only this host over TLS gets',
    ],
    ['integration/routes/headers.test.ts', 'of %s'],
  ),
  partly(
    '12.3.2',
    2,
    'Whoever is called shows a certificate that is checked',
    ['architecture/dangerous-code.test.ts', 'checks the certificate of whoever answers'],
    ['integration/maintenance/start.test.ts', '%s says so in one sentence and ends'],
  ),
];
