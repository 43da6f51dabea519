-- AlterEnum
ALTER TYPE "SessionEndReason" ADD VALUE 'email_changed';

-- AlterTable
ALTER TABLE "MailLink" ADD COLUMN     "askedAt" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "MailLink_address_idx" ON "MailLink"("address") WHERE ("purpose" = 'undo_email' AND "usedAt" IS NULL);
