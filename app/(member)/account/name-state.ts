/** What became of a name: `name` is what the field shows, the typed one when it was refused. */
export type NameState =
  | { readonly outcome: 'untouched' | 'saved'; readonly name: string }
  | { readonly outcome: 'refused'; readonly name: string; readonly message: string };
