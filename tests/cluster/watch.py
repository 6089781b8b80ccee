"""The database's own watch over what processes write: a second opinion that no code of ours gives.

Triggers note who owned each run when, and which writes came from a process that was not its owner
or after its end. Each process gives its pid in `application_name`.
"""

from __future__ import annotations

from typing import NamedTuple

from tests.faults.chat.rig import Stored

__all__ = ["WATCH", "Owner", "Watch"]

WATCH = """
CREATE TABLE watch_processes (id text PRIMARY KEY, pid int NOT NULL);
CREATE TABLE watch_buried (n serial, id text, pid int, silent float8, tx bigint);
CREATE TABLE watch_silent (n serial, id text, seconds float8);
CREATE TABLE watch_owners (n serial, run text, owner text, fence int, state text);
CREATE TABLE watch_ends (answer text PRIMARY KEY, run text, tx bigint);
CREATE TABLE watch_wrong (n serial, run text, what text);

CREATE FUNCTION writer() RETURNS int LANGUAGE sql AS $$
  SELECT nullif(split_part(current_setting('application_name'), ' ', 2), '')::int $$;
CREATE FUNCTION pid_of(owner text) RETURNS int LANGUAGE sql AS $$
  SELECT pid FROM watch_processes WHERE id = owner $$;

CREATE FUNCTION watch_process() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO watch_processes VALUES (NEW.id, NEW.pid) ON CONFLICT DO NOTHING;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO watch_buried (id, pid, silent, tx)
      VALUES (OLD.id, OLD.pid, extract(epoch FROM clock_timestamp()) - OLD.seen, txid_current());
  ELSIF NEW.seen - OLD.seen > {silent} THEN
    INSERT INTO watch_silent (id, seconds) VALUES (OLD.id, NEW.seen - OLD.seen);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER watch AFTER INSERT OR UPDATE OR DELETE ON processes
  FOR EACH ROW EXECUTE FUNCTION watch_process();

CREATE FUNCTION watch_run() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE changed boolean := TG_OP = 'INSERT' OR OLD.owner <> NEW.owner OR OLD.fence <> NEW.fence;
BEGIN
  IF NOT changed AND OLD.state NOT IN ('accepted', 'running') THEN
    INSERT INTO watch_wrong (run, what)
      VALUES (NEW.id, 'written as ' || NEW.state || ' after it had ended as ' || OLD.state);
  END IF;
  IF NOT changed AND writer() IS DISTINCT FROM pid_of(NEW.owner) THEN
    INSERT INTO watch_wrong (run, what)
      VALUES (NEW.id, 'made ' || NEW.state || ' by ' || writer() || ' not ' || pid_of(NEW.owner));
  END IF;
  IF changed OR OLD.state <> NEW.state THEN
    INSERT INTO watch_owners (run, owner, fence, state)
      VALUES (NEW.id, NEW.owner, NEW.fence, NEW.state);
  END IF;
  IF NEW.state NOT IN ('accepted', 'running') THEN
    INSERT INTO watch_ends VALUES (NEW.answer_id, NEW.id, txid_current()) ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER watch AFTER INSERT OR UPDATE ON runs FOR EACH ROW EXECUTE FUNCTION watch_run();

CREATE FUNCTION watch_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE part parts := coalesce(NEW, OLD);
BEGIN
  INSERT INTO watch_wrong (run, what)
    SELECT run, 'its text was written after its end by ' || writer() FROM watch_ends
    WHERE answer = part.message_id AND tx <> txid_current();
  INSERT INTO watch_wrong (run, what)
    SELECT id, 'its text was written by ' || writer() || ' not ' || pid_of(owner) FROM runs
    WHERE answer_id = part.message_id AND state IN ('accepted', 'running')
      AND writer() IS DISTINCT FROM pid_of(owner);
  RETURN NULL;
END $$;
CREATE TRIGGER watch AFTER INSERT OR UPDATE OR DELETE ON parts
  FOR EACH ROW EXECUTE FUNCTION watch_part();
"""


class Owner(NamedTuple):
    """One moment in the life of a run."""

    pid: int
    process: str
    fence: int
    state: str


class Watch:
    """Reads what the triggers have noted."""

    def __init__(self, stored: Stored) -> None:
        self._stored = stored

    def wrong(self) -> list[str]:
        """Return the writes that should not have been."""
        return [
            f"run {run} {what}"
            for run, what in self._stored.rows("SELECT run, what FROM watch_wrong ORDER BY n")
        ]

    def owners(self, thread_id: str) -> dict[str, list[Owner]]:
        """Return the owners and states of each run in a thread, oldest first, by its answer."""
        found: dict[str, list[Owner]] = {}
        for answer, *owner in self._stored.rows(
            "SELECT r.answer_id, p.pid, w.owner, w.fence, w.state FROM watch_owners w"
            " JOIN runs r ON r.id = w.run JOIN watch_processes p ON p.id = w.owner"
            " WHERE r.thread_id = ? ORDER BY w.n",
            thread_id,
        ):
            found.setdefault(answer, []).append(Owner(*owner))
        return found

    def count(self) -> int:
        """Return how many processes have been removed."""
        return int(self._stored.rows("SELECT count(*) FROM watch_buried")[0][0])

    def buried(self, lease_s: float, after: int) -> list[tuple[str, int]]:
        """Return id and pid of processes that were removed within their lease.

        Args:
            lease_s: The lease, in seconds.
            after: How many removals had been before those that are asked for.
        """
        return [
            (id_, pid)
            for id_, pid, silent in self._stored.rows(
                "SELECT id, pid, silent FROM watch_buried ORDER BY n"
            )[after:]
            if silent < lease_s
        ]

    def silent(self) -> set[str]:
        """Return the ids of processes that were silent for long, or removed."""
        return {
            row[0]
            for row in self._stored.rows(
                "SELECT id FROM watch_silent UNION SELECT id FROM watch_buried"
            )
        }
