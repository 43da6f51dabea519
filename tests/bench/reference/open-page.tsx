import { NOBODY } from './facts';
import { FactsList } from './facts-list';

/** The floor: a page rendered for each request without any check. */
export default async function OpenPage() {
  return <FactsList claims={NOBODY} />;
}
