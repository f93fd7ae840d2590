"""The gradebook's database: transactions that wait where it is away for a while.

The address is that of nbgrader_config.py: SQLite, or a PostgreSQL server. No connection is kept
between transactions: a server may be restarted, and formgrader may write, at any time.
"""

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from grader.course import Course, GradingError

PATIENCE_S = 60.0
LONGEST_PAUSE_S = 5.0
T = TypeVar("T")


class GradebookAway(GradingError):
    """The database did not answer for too long; the journal still has everything."""


class Database:
    """The gradebook's database. `tell` gets a sentence when it is away and when it is back."""

    def __init__(
        self, course: Course, tell: Callable[[str], object] = print, patience_s: float = PATIENCE_S
    ) -> None:
        self.tell, self.patience_s = tell, patience_s
        self.engine = _engine(course.config().CourseDirectory.db_url, patience_s)

    def transaction(self, action: Callable[[Session], T]) -> T:
        """What `action` returns, once its transaction is committed; it may have to run twice.

        Raises GradebookAway after `patience_s` seconds without an answer.
        """
        end, pause, told = time.monotonic() + self.patience_s, 0.25, False
        while True:
            try:
                done = self._once(action)
            except (OperationalError, InterfaceError, ProgrammingError) as error:
                reason = _reason(error)
                if time.monotonic() + pause > end:
                    raise GradebookAway(self._sentence(reason)) from None
                if not told:
                    self.tell(f"{reason}: trying again for {self.patience_s:.0f} s")
                told = True
                time.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
            else:
                if told:
                    self.tell("the gradebook answers again")
                return done

    def _once(self, action: Callable[[Session], T]) -> T:
        with Session(self.engine) as session, session.begin():
            if self.engine.dialect.name == "sqlite":
                # Without it another writer could come between what is read and what is written.
                session.execute(text("BEGIN IMMEDIATE"))
            return action(session)

    def _sentence(self, reason: str) -> str:
        return (
            f"{reason}, for {self.patience_s:.0f} s. Nothing is lost: the journal has every grade. "
            "Run the same command again when the database is back"
        )


def _engine(url: str, patience_s: float) -> Engine:
    waits = {
        "sqlite": {"timeout": min(patience_s, 30)},  # seconds, for another writer's lock
        "postgresql": {"connect_timeout": 10, "tcp_user_timeout": 30_000},  # seconds, milliseconds
    }
    arguments = waits.get(make_url(url).get_backend_name(), {})
    return create_engine(url, poolclass=NullPool, connect_args=arguments)


def _reason(error: DBAPIError) -> str:
    """Why the database is away; GradingError where waiting would not help."""
    lines = str(error.orig).strip().split("\n")
    if isinstance(error, ProgrammingError) or "no such table" in lines[0]:
        message = f"the gradebook is not set up ({lines[0]}): run the step `release` first"
        raise GradingError(message) from None
    return f"the gradebook does not answer ({lines[0]})"
