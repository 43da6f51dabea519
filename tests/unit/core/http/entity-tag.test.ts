import { expect, test } from 'vitest';
import { namesEtag } from '@/lib/core/http/entity-tag';

test.each(['"a"', 'W/"a"', '"b", "a"', '"b",W/"a"', '*', ' * '])('%j names the tag that is held', (header) => {
  expect(namesEtag(header, '"a"')).toBe(true);
});

test.each([null, '', '"b"', 'a', '"a', 'W/"b", "c"', '"A"'])('%j does not', (header) => {
  expect(namesEtag(header, '"a"')).toBe(false);
});
