"""`./dev prove` bounds its proofs, prints their figures and fails when one of them does."""

import pytest

from tests.prove.__main__ import main
from tests.prove.proofs import PROOFS


def test_every_proof_prints_its_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], {"kills": lambda _: "20 kills", "orders": lambda _: "9 orders"}) == 0
    said = capsys.readouterr().out
    assert "holds  kills (0 s): 20 kills" in said
    assert said.endswith("prove: 2 of 2 hold\n")


def test_one_proof_that_fails_fails_the_whole(capsys: pytest.CaptureFixture[str]) -> None:
    def lost(_time_s: float) -> str:
        raise AssertionError("kill 7 lost an event")

    assert main([], {"kills": lost, "orders": lambda _: "9 orders"}) == 1
    said = capsys.readouterr().out
    assert "FAILED kills (0 s): kill 7 lost an event" in said
    assert "holds  orders" in said


def test_each_proof_gets_its_share_of_the_time() -> None:
    shares: list[float] = []

    def quick(time_s: float) -> str:
        shares.append(round(time_s))
        return "done"

    main(["--minutes", "4"], dict.fromkeys(("a", "b", "c", "d"), quick))
    assert shares == [60, 80, 120, 240]


def test_a_name_that_no_proof_has_is_refused() -> None:
    with pytest.raises(SystemExit):
        main(["unheard"], PROOFS)
