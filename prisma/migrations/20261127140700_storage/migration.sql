-- Room on each page of sessions, so that a rotation stays where it is (a heap-only update, which touches no index).
ALTER TABLE "Session" SET (fillfactor = 85);

-- Tables that grow large are vacuumed at a fiftieth of dead rows, not at a fifth: cleaning deletes many at once.
ALTER TABLE "Session" SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);
ALTER TABLE "AuditEvent" SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);
ALTER TABLE "Revocation" SET (autovacuum_vacuum_scale_factor = 0.02);
