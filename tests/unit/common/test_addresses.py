"""Who counts as one caller."""

import pytest

from common.addresses import place_of


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("2001:db8:1:ff00::9", "2001:db8:1::/48"),
        ("2001:db8:2::9", "2001:db8:2::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("/run/door.sock", "unknown"),
        (None, "unknown"),
    ],
)
def test_a_place_is_what_one_site_has(address: str | None, place: str) -> None:
    assert place_of(address) == place
