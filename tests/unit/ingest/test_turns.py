"""The newest request has its turn, after what the older one had begun to put away."""

import anyio
from anyio.lowlevel import checkpoint

from ingest.adapters.turns import Turns


async def test_a_newer_request_ends_the_reading_of_an_older_one_but_not_its_commit() -> None:
    turns, told = Turns(grace_s=0), list[str]()

    async def older() -> None:
        async with turns.take("upload") as reading:
            with reading:
                told.append("older reads")
                await anyio.sleep_forever()
            await checkpoint()
            told.append("older puts away")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(older)
        await anyio.wait_all_tasks_blocked()
        with anyio.fail_after(5):
            async with turns.take("upload"):
                told.append("newer begins")
    assert told == ["older reads", "older puts away", "newer begins"]
    assert not turns.is_taken("upload")


async def test_of_several_waiting_only_the_newest_reads() -> None:
    turns, read = Turns(grace_s=0), list[int]()

    async def request(number: int) -> None:
        async with turns.take("upload") as reading:
            with reading:
                await checkpoint()
                read.append(number)
                await anyio.sleep_forever()

    async with anyio.create_task_group() as tasks:
        for number in range(4):
            tasks.start_soon(request, number)
        await anyio.wait_all_tasks_blocked()
        assert read == [3]
        tasks.cancel_scope.cancel()
    assert not turns.is_taken("upload")


async def test_uploads_do_not_wait_for_each_other() -> None:
    turns = Turns()
    async with turns.take("one"):
        with anyio.fail_after(5):
            async with turns.take("other"):
                assert turns.is_taken("one")


async def test_a_request_that_gives_up_waiting_leaves_no_lock_behind() -> None:
    turns = Turns()

    async def impatient() -> None:
        with anyio.move_on_after(0):
            async with turns.take("upload"):
                pass

    async with turns.take("upload"), anyio.create_task_group() as tasks:
        tasks.start_soon(impatient)
    with anyio.fail_after(5):
        async with turns.take("upload"):
            pass
    assert not turns.is_taken("upload")
