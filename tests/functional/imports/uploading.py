"""A file sent by page, and what became of it: the steps every test of importing takes."""

import io
import time

from sqlalchemy import select

from tests.support import csrf


def upload(client, library, data, name="成果.csv", **form):
    token = csrf(client, f"/imports/{library}")
    return client.post(
        f"/imports/{library}", data={"file": (io.BytesIO(data), name), "csrf_token": token, **form},
        content_type="multipart/form-data",
    )  # fmt: skip


def finished(client, answer):
    """The address of the batch, once nobody is at work on it, and its page."""
    assert answer.status_code == 303, answer.get_data(as_text=True)[:800]
    address = answer.headers["Location"]
    for _ in range(200):
        if client.get(f"{address}/progress").headers.get("HX-Refresh"):
            return address, client.get(address).get_data(as_text=True)
        time.sleep(0.05)
    raise AssertionError("the import never ended")


def press(client, address, verb, **form):
    return client.post(f"{address}/{verb}", data={"csrf_token": csrf(client, address), **form})


def rows(world, model):
    with world.platform.database.read() as session:
        return list(session.scalars(select(model).order_by(model.id)))
