-- AlterEnum
ALTER TYPE "SessionEndReason" ADD VALUE 'deleted';

-- DropIndex
DROP INDEX "AuditEvent_userId_at_idx";

-- AlterTable
ALTER TABLE "AuditEvent" ADD COLUMN     "actorId" TEXT;

-- AlterTable
ALTER TABLE "Revocation" ADD COLUMN     "status" SMALLINT NOT NULL DEFAULT 1;

-- AlterTable
ALTER TABLE "Session" ADD COLUMN     "name" TEXT;

-- AlterTable
ALTER TABLE "User" ADD COLUMN     "deletesAt" TIMESTAMPTZ(3);

-- By bytes, whatever the database's locale: the index finds addresses by their beginning, and the order of letters of the
-- operating system, which may change with an update, has no part in what is unique.
ALTER TABLE "User" ALTER COLUMN "email" TYPE TEXT COLLATE "C";

-- CreateIndex
CREATE INDEX "AuditEvent_userId_id_idx" ON "AuditEvent"("userId", "id" DESC);

-- CreateIndex
CREATE INDEX "AuditEvent_type_id_idx" ON "AuditEvent"("type", "id" DESC);

-- CreateIndex
CREATE INDEX "AuditEvent_actorId_id_idx" ON "AuditEvent"("actorId", "id" DESC) WHERE ("actorId" IS NOT NULL);

-- CreateIndex
CREATE INDEX "User_deletesAt_idx" ON "User"("deletesAt") WHERE ("deletesAt" IS NOT NULL);
