-- AlterEnum
ALTER TYPE "SessionEndReason" ADD VALUE 'password_reset';
ALTER TYPE "SessionEndReason" ADD VALUE 'undone';

-- AlterTable
ALTER TABLE "Outbox" ADD COLUMN     "discard" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "MailLink" (
    "hash" BYTEA NOT NULL,
    "purpose" TEXT NOT NULL,
    "userId" TEXT,
    "address" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "usedAt" TIMESTAMPTZ(3),
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "MailLink_pkey" PRIMARY KEY ("hash")
);

-- CreateIndex
CREATE INDEX "MailLink_userId_idx" ON "MailLink"("userId");

-- CreateIndex
CREATE INDEX "MailLink_expiresAt_idx" ON "MailLink"("expiresAt");

-- AddForeignKey
ALTER TABLE "MailLink" ADD CONSTRAINT "MailLink_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
