"""Whom an address stands for."""

import pytest

from core.networks import customer_of, neighbourhood_of


@pytest.mark.parametrize(
    ("address", "customer", "neighbourhood"),
    [
        ("192.0.2.7", "192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("2001:DB8:1:2::1", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/64", "fe80::/48"),
        ("::ffff:192.0.2.7", "192.0.2.7", "192.0.2.0/24"),
        ("", "", ""),
        ("unix:", "unix:", "unix:"),
    ],
)
def test_an_address_stands_for_its_customer_and_its_neighbourhood(address, customer, neighbourhood):
    assert (customer_of(address), neighbourhood_of(address)) == (customer, neighbourhood)
