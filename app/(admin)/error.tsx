'use client';

import { ErrorMessage } from '@/app/_components/frame/error-message';

/** Inside the frame of the signed-in pages, which has the `main`. */
export default ErrorMessage;
