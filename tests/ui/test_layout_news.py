"""What lanes.yaml says of the layout while the app runs, beside what the commander chose."""

from __future__ import annotations

from cockpit.domain.configuration import Applies, ConfigChange
from tests.ui.drive import Session, opened
from tests.ui.fake import fleet_of_size
from tests.ui.test_configuration import now_says, read

LANES = "alpha beta gamma delta"


async def says(session: Session, columns: int) -> None:
    now_says(session, columns=columns)
    change = ConfigChange("layout.columns", "", str(columns), Applies.NOW)
    session.supervisor.tell(read(change, lanes=LANES))
    await session.settle()


async def test_what_the_file_says_is_no_choice_of_the_commander() -> None:
    async with opened(fleet_of_size(4)) as session:
        await says(session, 2)
        assert session.app.board.selection.columns == 2
        assert session.app.keeper.now().columns is None, "the file's word is not kept"
        await session.press("+")
        assert session.app.keeper.now().columns == 3


async def test_an_order_that_was_chosen_stays_when_the_columns_change() -> None:
    async with opened(fleet_of_size(4)) as session:
        session.app.perform("order")
        await session.settle()
        assert session.app.board.selection.urgent
        await says(session, 2)
        assert session.app.board.selection.urgent and session.app.board.selection.columns == 2
