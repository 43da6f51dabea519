-- AlterTable
ALTER TABLE "Session" ADD COLUMN     "clientId" TEXT;
