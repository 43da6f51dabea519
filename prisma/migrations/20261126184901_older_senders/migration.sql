-- AlterTable
ALTER TABLE "Outbox" ALTER COLUMN "subject" SET DEFAULT E'\n';
