-- A session that is deleted takes its tokens with it: with its person, by the cascade, or by itself, and whoever deletes.
-- 960 seconds: REVOCATION_RETENTION_SECONDS of lib/core/policy.ts. What ended before is in the list already, and what ran
-- out so long ago has no token left. The time is that of the moment, because deleting many people takes a while.
CREATE FUNCTION public.revoke_deleted_sessions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO public."Revocation" ("statusNumber", "revokedAt", "keepUntil")
  SELECT "statusNumber", clock_timestamp(), clock_timestamp() + interval '960 seconds' FROM deleted
  WHERE "endedAt" IS NULL AND "absoluteExpiresAt" > now() - interval '960 seconds'
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE TRIGGER revoke_deleted_sessions AFTER DELETE ON public."Session"
REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION public.revoke_deleted_sessions();
