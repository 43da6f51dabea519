import 'server-only';
import type { z } from 'zod';
import { fromUtf8 } from '@/lib/core/encoding';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { isForm, isJson } from '@/lib/core/http/origin-check';
import type { FieldFault, ProblemCode, ProblemDetails } from '@/lib/core/http/problem';
import { hasDuplicateMember } from '@/lib/core/json';

export type BodyFailure = Extract<ProblemCode, 'malformed_request' | 'payload_too_large' | 'unsupported_media_type'>;

/** Enough for every form that we have. */
export const DEFAULT_MAX_BODY_BYTES = 4 * 1024;

/**
 * The fields of a JSON or urlencoded body of at most `maxBytes`, not validated. Reads no further than that. A body that
 * names a field twice is refused, because either could be meant (RFC 6749 §3.2, RFC 8259 §4).
 */
export async function readBody(request: Request, maxBytes: number): Promise<Result<unknown, BodyFailure>> {
  const contentType = request.headers.get('content-type');
  if (!isJson(contentType) && !isForm(contentType)) return fail('unsupported_media_type');
  const bytes = await readAtMost(request, maxBytes);
  if (bytes === null) return fail('payload_too_large');
  // A byte order mark may stand before JSON, and is passed over (RFC 8259 §8.1).
  const text = fromUtf8(bytes)?.replace(/^\uFEFF/, '');
  if (text === undefined) return fail('malformed_request');
  try {
    return succeed(isJson(contentType) ? jsonFields(text) : formFields(text));
  } catch {
    return fail('malformed_request');
  }
}

function jsonFields(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (hasDuplicateMember(text)) throw new TypeError('A field occurs twice');
  return value;
}

function formFields(text: string): Record<string, string> {
  const pairs = [...new URLSearchParams(text)];
  const fields = Object.fromEntries(pairs);
  if (Object.keys(fields).length !== pairs.length) throw new TypeError('A field occurs twice');
  return fields;
}

/** For endpoints that take no body: one may come all the same, but not of any size or type. */
export async function discardBody(
  request: Request,
  maxBytes: number,
): Promise<Result<void, Exclude<BodyFailure, 'malformed_request'>>> {
  if (request.body === null) return succeed(undefined);
  const contentType = request.headers.get('content-type');
  if (contentType !== null && !isJson(contentType) && !isForm(contentType)) return fail('unsupported_media_type');
  return (await readAtMost(request, maxBytes)) === null ? fail('payload_too_large') : succeed(undefined);
}

async function readAtMost(request: Request, maxBytes: number): Promise<Uint8Array | null> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) return null;
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  const bytes = new Uint8Array(maxBytes);
  let length = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    if (length + read.value.length > maxBytes) {
      await reader.cancel();
      return null;
    }
    bytes.set(read.value, length);
    length += read.value.length;
  }
  return bytes.subarray(0, length);
}

/** A `validation_failed` answer's fields, without the values that were sent. */
export function fieldFaults(error: z.ZodError): ProblemDetails & { errors: FieldFault[] } {
  const errors = error.issues.map((issue) => {
    const code =
      issue.code === 'custom' && typeof issue.params?.['code'] === 'string' ? issue.params['code'] : 'invalid';
    return { field: issue.path.join('.') || 'body', code, message: issue.message };
  });
  return { errors };
}
