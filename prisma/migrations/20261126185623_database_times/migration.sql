-- AlterTable
ALTER TABLE "AuditEvent" ALTER COLUMN "at" SET DEFAULT transaction_timestamp();

-- AlterTable
ALTER TABLE "Client" ALTER COLUMN "createdAt" SET DEFAULT transaction_timestamp();

-- AlterTable
ALTER TABLE "Key" ALTER COLUMN "createdAt" SET DEFAULT transaction_timestamp();

-- AlterTable
ALTER TABLE "Outbox" ALTER COLUMN "createdAt" SET DEFAULT transaction_timestamp(),
ALTER COLUMN "nextAttemptAt" SET DEFAULT transaction_timestamp();

-- AlterTable
ALTER TABLE "Password" ALTER COLUMN "changedAt" SET DEFAULT transaction_timestamp();

-- AlterTable
ALTER TABLE "Revocation" ALTER COLUMN "revokedAt" SET DEFAULT transaction_timestamp();

-- AlterTable
ALTER TABLE "Session" ALTER COLUMN "createdAt" SET DEFAULT transaction_timestamp(),
ALTER COLUMN "lastSeenAt" SET DEFAULT transaction_timestamp(),
ALTER COLUMN "authenticatedAt" SET DEFAULT transaction_timestamp();

-- AlterTable
ALTER TABLE "User" ALTER COLUMN "createdAt" SET DEFAULT transaction_timestamp();
