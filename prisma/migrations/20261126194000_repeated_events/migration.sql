-- AlterTable
ALTER TABLE "AuditEvent" ADD COLUMN     "repeatKey" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "AuditEvent_repeatKey_key" ON "AuditEvent"("repeatKey");
