"""Both roles for real: what one starts the other knows, and neither a restart nor a rolling one loses a job."""

import asyncio

import pytest

from classifier import tickets
from tests.classifier.records import OWNER
from tests.customer import Customer
from tests.stores import two_roles


@pytest.fixture(scope="module")
def stack():
    with two_roles(backends=2, WORKERS="1") as stack:
        yield stack


@pytest.fixture
def ticket(stack, settings) -> str:
    settings.SECRET_KEY = (stack.folder / "secret_key").read_text()
    return tickets.issue(OWNER, stack.url)


async def test_a_rolling_restart_of_two_backends_under_load_loses_no_job(stack, ticket, photos):
    picture, over = (photos / "chelsea.png").read_bytes(), asyncio.Event()
    customers = [Customer(stack, ticket) for _ in range(4)]
    shopping = asyncio.gather(
        *(customer.ask(iter(lambda: b"" if over.is_set() else picture, b""), views="fast") for customer in customers)
    )
    for backend in stack.backends:
        answered = sum(len(customer.answers) for customer in customers)
        while sum(len(customer.answers) for customer in customers) < answered + 20:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(backend.stop)
        assert backend.process.returncode == 0
        await asyncio.to_thread(backend.start)
    over.set()
    await shopping
    assert all(set(customer.answers) == set(customer.sent) for customer in customers)
    assert [code for customer in customers for code in customer.closes].count(4412) >= len(customers)
