/**
 * Words and runs that guessers try first. A password of 15 characters that is common is nearly always several of these
 * in a row, so they are matched as parts and not as whole passwords.
 */
export const COMMON_PARTS: readonly string[] = [
  ...['password', 'passwort', 'passwd', 'passphrase', 'pass', 'word', 'secret', 'letmein', 'login', 'logon', 'signin'],
  ...[
    'welcome',
    'admin',
    'administrator',
    'root',
    'user',
    'username',
    'guest',
    'master',
    'default',
    'changeme',
    'test',
  ],
  ...['testing', 'temp', 'demo', 'hello', 'iloveyou', 'loveyou', 'love', 'sunshine', 'princess', 'dragon', 'monkey'],
  ...['shadow', 'superman', 'batman', 'football', 'baseball', 'basketball', 'soccer', 'hockey', 'trustno', 'access'],
  ...['starwars', 'whatever', 'freedom', 'michael', 'jordan', 'jennifer', 'charlie', 'computer', 'internet', 'server'],
  ...['summer', 'winter', 'spring', 'autumn', 'january', 'february', 'march', 'april', 'june', 'july', 'august'],
  ...['september', 'october', 'november', 'december', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
  ...['correcthorsebatterystaple', 'correct', 'horse', 'battery', 'staple', 'qwerty', 'qwertz', 'azerty', 'abcdef'],
  ...['qwertyuiop', 'asdfghjkl', 'zxcvbnm', 'asdf', 'zxcv', 'qazwsx', 'wsxedc', 'edcrfv', 'qweasd', 'asdzxc'],
  ...['abcdefghijklmnopqrstuvwxyz', 'zyxwvutsrqponmlkjihgfedcba', '0123456789', '1234567890', '9876543210'],
  ...['123456', '12345', '1234', '123', '654321', '54321', '4321', '112233', '123123', '121212', '696969', 'abc123'],
  ...['147', '258', '369', '741', '852', '963', '159', '357', '753', '951'],
];
