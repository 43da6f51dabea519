import { NextResponse } from 'next/server';

/** As good as none: without a file of this name the build would take the repository's own, from two folders up. */
export const middleware = () => NextResponse.next();

export const config = { matcher: ['/never-asked-for'] };
