-- What a check of an external interface asked, how long its answer took and what a person does when
-- it fails; what caches answered beside the calls that were made.

ALTER TABLE api_validation_log ADD COLUMN probe TEXT NOT NULL DEFAULT '';
ALTER TABLE api_validation_log ADD COLUMN millis INTEGER NOT NULL DEFAULT 0 CHECK (millis >= 0);
ALTER TABLE api_validation_log ADD COLUMN remedy TEXT NOT NULL DEFAULT '';
CREATE INDEX api_validation_log_probe ON api_validation_log (api, probe, id);

ALTER TABLE api_usage_metrics ADD COLUMN cache_hits INTEGER NOT NULL DEFAULT 0 CHECK (cache_hits >= 0);
ALTER TABLE api_usage_metrics ADD COLUMN cache_misses INTEGER NOT NULL DEFAULT 0 CHECK (cache_misses >= 0);

PRAGMA user_version = 12;
