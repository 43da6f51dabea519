-- AlterTable
ALTER TABLE "Outbox" ADD COLUMN     "expiresAt" TIMESTAMPTZ(3) NOT NULL DEFAULT (now() + '1 day'::interval),
ADD COLUMN     "sealed" TEXT,
ALTER COLUMN "subject" DROP NOT NULL,
ALTER COLUMN "text" DROP NOT NULL,
ALTER COLUMN "html" DROP NOT NULL;

-- What waits already is good for a day from its beginning, a mail with a code for the ten minutes of the code.
UPDATE "Outbox" SET "expiresAt" = "createdAt" + CASE WHEN text ~ '(?n)^[0-9]{6}$' THEN interval '10 minutes' ELSE interval '1 day' END;
