import { NOBODY } from './facts';
import { FactsList } from './facts-list';

/** The floor: a page rendered for each request that asks nobody. */
export default async function OpenPage() {
  return <FactsList claims={NOBODY} />;
}
