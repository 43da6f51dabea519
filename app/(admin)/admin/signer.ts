import { notFound } from 'next/navigation';
import { type Asking, requireSigner } from '@/app/(member)/account/signer';

/** For server actions of admins: as `requireSigner`, and a 404 for whoever is no admin at this moment. */
export async function requireAdminSigner(path: string, form: FormData, kept: readonly string[]): Promise<Asking> {
  const asking = await requireSigner(path, form, kept);
  if (asking.signer.user.role !== 'admin') notFound();
  return asking;
}
