"""Origin check and client address of a handshake."""

import pytest

from classifier.websocket import origins


def scope(*, address: str = "10.0.0.9", **headers: str) -> dict[str, object]:
    encoded = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"headers": encoded, "client": [address, 5000]}


def test_a_program_without_an_origin_is_allowed():
    assert origins.is_allowed(scope())


def test_a_page_of_the_same_host_is_allowed(settings):
    settings.ALLOWED_HOSTS = ["a.example"]
    assert origins.is_allowed(scope(origin="https://a.example:8000", host="a.example:8000"))


def test_a_page_whose_name_was_rebound_to_this_address_is_rejected(settings):
    settings.ALLOWED_HOSTS = ["localhost"]
    assert not origins.is_allowed(scope(origin="http://evil.example", host="evil.example"))


def test_only_pages_of_frontend_origins_are_allowed_if_any_are_set(settings):
    settings.FRONTEND_ORIGINS = ["https://a.example"]
    assert origins.is_allowed(scope(origin="https://A.example", host="b.example"))
    assert not origins.is_allowed(scope(origin="https://b.example", host="b.example"))


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "1.1.1.1", "10.0.0.9"),
        (1, "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        (2, "6.6.6.6, 1.1.1.1, 10.0.0.1", "1.1.1.1"),
        (2, "1.1.1.1", ""),
        (1, "", ""),
    ],
)
def test_the_client_address_is_what_the_outermost_trusted_proxy_saw(settings, proxies, forwarded, address):
    settings.TRUSTED_PROXIES = proxies
    assert origins.address(scope(x_forwarded_for=forwarded)) == address


@pytest.mark.parametrize(
    ("client", "counted"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:1.1.1.1", "1.1.1.1"),
        ("unknown", "unknown"),
    ],
)
def test_an_ipv6_client_is_counted_by_its_64_bit_network(client, counted):
    assert origins.address(scope(address=client)) == counted
