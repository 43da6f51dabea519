import { keyReport } from '@/lib/server/keys/report';
import { requireAdmin } from '@/lib/server/sessions/current-user';
import { AdminNav } from '../admin-nav';
import { AdviceList } from './advice-list';
import { DataKeysTable, SecretsTable } from './secrets-tables';
import { SigningKeysTable } from './signing-keys-table';

/** What signs and what wraps, as `npm run keys -- status` says it. Keys change on the command line only. */
export default async function KeysPage() {
  await requireAdmin('/admin/keys');
  const { signing, dataKeys, secrets, advice } = await keyReport();
  return (
    <>
      <AdminNav title="Keys" />
      <p className="mt-1 mb-6 max-w-2xl text-ink-soft">
        One key signs, all that are published verify. Keys change on the command line only.
      </p>
      <AdviceList advice={advice} />
      <h2 className="mt-10 mb-3 text-xl">Signing keys</h2>
      <SigningKeysTable keys={signing} />
      <h2 className="mt-10 mb-1 text-xl">Entries of AUTH_SECRET</h2>
      <p className="mb-3 max-w-2xl text-sm text-ink-soft">
        The first makes, all are accepted. An old entry may go once it wraps no key and no live session holds a refresh
        token that it made.
      </p>
      <SecretsTable secrets={secrets} />
      <h2 className="mt-10 mb-1 text-xl">Data keys</h2>
      <p className="mb-3 max-w-2xl text-sm text-ink-soft">Random keys of the database, for the server’s own use.</p>
      <DataKeysTable keys={dataKeys} />
    </>
  );
}
