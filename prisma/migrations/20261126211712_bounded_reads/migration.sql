-- CreateIndex
CREATE INDEX "Session_refreshKeyId_absoluteExpiresAt_idx" ON "Session"("refreshKeyId", "absoluteExpiresAt") WHERE ("endedAt" IS NULL);

-- CreateIndex
CREATE INDEX "User_createdAt_id_idx" ON "User"("createdAt" DESC, "id");

-- CreateIndex
CREATE INDEX "User_admin_idx" ON "User"("id") WHERE ("role" = 'admin');
