import { NextResponse } from 'next/server';

/** What having a middleware costs before it does anything. */
export const middleware = () => NextResponse.next();

export const config = { matcher: ['/((?!_next/static/|_next/image|icon.svg).*)'] };
