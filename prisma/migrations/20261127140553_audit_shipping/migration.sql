-- CreateTable
CREATE TABLE "AuditShipping" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "holder" TEXT NOT NULL,
    "heldUntil" TIMESTAMPTZ(3) NOT NULL,
    "shippedUntil" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),

    CONSTRAINT "AuditShipping_pkey" PRIMARY KEY ("id")
);
