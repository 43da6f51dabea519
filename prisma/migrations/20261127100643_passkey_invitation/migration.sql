-- AlterTable
ALTER TABLE "User" ADD COLUMN     "passkeyInvitedAt" TIMESTAMPTZ(3);
