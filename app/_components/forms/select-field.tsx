type Props = {
  name: string;
  label: string;
  /** What may be chosen: value and words. */
  options: readonly (readonly [value: string, words: string])[];
  defaultValue: string;
};

/** A labelled choice among a few. */
export function SelectField({ name, label, options, defaultValue }: Props) {
  return (
    <div>
      <label htmlFor={name} className="mb-1.5 block text-sm font-semibold">
        {label}
      </label>
      <select id={name} name={name} defaultValue={defaultValue} className="input">
        {options.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}
