-- CreateIndex
CREATE INDEX "User_disabled_idx" ON "User"("createdAt" DESC, "id") WHERE ("disabledAt" IS NOT NULL);
