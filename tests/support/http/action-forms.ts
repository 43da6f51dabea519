import { type RequestOptions, send, type Target } from './requests';

const BOUNDARY = 'a-boundary-of-our-own';

/** A form of a server action as a page showed it: field by name, the hidden ones that name the action among them. */
export type ActionForm = Readonly<Record<string, string>>;

/** The form of a page whose HTML holds `mark`. Rejects when the page shows none. */
export async function formOf(target: Target, path: string, options: RequestOptions, mark: string): Promise<ActionForm> {
  const { text } = await send(target, path, options);
  return formIn(text, mark);
}

/** The form of an action in a page's HTML that holds `mark`. Throws when there is none. */
export function formIn(text: string, mark: string): ActionForm {
  const form = [...text.matchAll(/<form[\s\S]*?<\/form>/g)].map(([html]) => html).find((html) => html.includes(mark));
  if (!form?.includes('$ACTION')) throw new Error(`The page shows no form of an action with ${mark}`);
  const hidden = [...form.matchAll(/<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?/g)];
  return Object.fromEntries(
    hidden.map(([, field = '', content = '']): [string, string] => [field, content.replaceAll('&quot;', '"')]),
  );
}

/** What a browser without scripts sends for such a form. */
export function filledIn(fields: ActionForm): { method: string; body: string; headers: Record<string, string> } {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
  return { method: 'POST', body: `${parts.join('')}--${BOUNDARY}--\r\n`, headers };
}

/** What Next's own script sends for the form: the fields have a prefix, and the state stands first. */
export function calledByName(fields: ActionForm, name: string) {
  // Numbered on each page anew: the action, and what its state was.
  const fieldThatEnds = (end: string) => Object.entries(fields).find(([field]) => field.endsWith(end))?.[1] ?? '';
  const [, id = ''] = /"id":"([0-9a-f]+)"/.exec(fieldThatEnds(':0')) ?? [];
  const [state] = JSON.parse(fieldThatEnds(':1')) as unknown[];
  const { method, body, headers } = filledIn({ _1_name: name, 0: JSON.stringify([state, '$K1']) });
  return { method, body, headers: { ...headers, accept: 'text/x-component', 'next-action': id } };
}
