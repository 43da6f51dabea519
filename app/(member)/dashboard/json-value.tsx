import { Fragment } from 'react';
import { isRecord } from '@/lib/core/json';

/** A JSON value in colours. Strings, numbers and marks differ in weight as well as in hue. */
export function JsonValue({ value }: { value: unknown }) {
  if (typeof value === 'string') return <span className="json-string">{JSON.stringify(value)}</span>;
  if (Array.isArray(value)) return <Bracketed open="[" close="]" items={value.map((item) => ({ item }))} />;
  if (isRecord(value)) {
    const items = Object.entries(value).map(([name, item]) => ({ name, item }));
    return <Bracketed open="{ " close=" }" items={items} />;
  }
  return <span className="json-number">{JSON.stringify(value)}</span>;
}

type Item = { readonly name?: string; readonly item: unknown };

function Bracketed({ open, close, items }: { open: string; close: string; items: readonly Item[] }) {
  return (
    <>
      <span className="json-mark">{open}</span>
      {items.map(({ name, item }, at) => (
        <Fragment key={name ?? JSON.stringify(item)}>
          {at > 0 ? <span className="json-mark">, </span> : null}
          {name === undefined ? null : (
            <>
              <span className="json-mark">"</span>
              <span className="json-name">{name}</span>
              <span className="json-mark">": </span>
            </>
          )}
          <JsonValue value={item} />
        </Fragment>
      ))}
      <span className="json-mark">{close}</span>
    </>
  );
}
