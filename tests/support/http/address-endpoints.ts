import { cookieNames } from '@/lib/core/http/cookies';
import { type Answer, type RequestOptions, send } from './requests';

/** Of everybody who has an account, and of every sign-up. */
export const PASSWORD = 'seven-lanterns-cross-the-quiet-marsh';
const PENDING = cookieNames(false).pending;

/** Somebody with an address, in a network of their own. */
export type Visitor = { readonly email: string; readonly network: string };

export type Endpoint = {
  readonly name: string;
  readonly path: string;
  readonly status: number;
  /** The request to measure; what has to come before it is done here. */
  prepare(visitor: Visitor, port: number): Promise<RequestOptions> | RequestOptions;
};

/** Those that are asked with an address, and must not say whether anybody has it. */
export const ENDPOINTS: readonly Endpoint[] = [
  {
    name: 'login, a wrong password',
    path: '/api/auth/login',
    status: 401,
    prepare: ({ email }) => ({ json: { email, password: 'not-the-password-of-anybody' } }),
  },
  {
    name: 'register',
    path: '/api/auth/register',
    status: 202,
    prepare: ({ email }) => ({ json: { email, password: PASSWORD } }),
  },
  {
    name: 'forgot-password',
    path: '/api/auth/forgot-password',
    status: 202,
    prepare: ({ email }) => ({ json: { email } }),
  },
  {
    name: 'verify-email/resend',
    path: '/api/auth/verify-email/resend',
    status: 202,
    prepare: async (visitor, port) => {
      const json = { email: visitor.email, password: PASSWORD };
      const { cookies } = await post(port, visitor, '/api/auth/register', 202, { json });
      return { json: {}, cookies: { [PENDING]: cookies[PENDING] ?? '' } };
    },
  },
];

/** All equally long, and nothing in them tells who has an account. */
export const newAddress = (): string => `${crypto.randomUUID()}@bench.test`;

let networks = 0;
/** Another one each time, down to the /24, so that no limit of a network is met. All equally long. */
export function newNetwork(): string {
  networks += 1;
  return `10.${100 + Math.floor(networks / 150)}.${100 + (networks % 150)}.1`;
}

/** Sends one request of a visitor's; throws when it is answered by another status, such as that of a limit. */
export async function post(
  port: number,
  { network }: Visitor,
  path: string,
  status: number,
  request: RequestOptions,
): Promise<Answer> {
  const headers = { 'x-forwarded-for': network };
  const answer = await send({ port }, path, { method: 'POST', headers, ...request });
  if (answer.status !== status) throw new Error(`${path} answered ${answer.status}: ${answer.text}`);
  return answer;
}
