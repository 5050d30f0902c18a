"""When the database is away even the frame of a page cannot be drawn; people still get a page in their language."""

from __future__ import annotations

from tests.support import World


def test_a_page_without_the_frame(world: World) -> None:
    client = world.client()
    assert client.get("/").status_code == 200
    world.platform.database.close()
    for file in world.platform.settings.data.glob("sanku.db*"):
        file.unlink()
    answer = client.get("/achievements/1")
    page = answer.get_data(as_text=True)
    assert answer.status_code in (500, 503)
    assert "回到首页" in page
    assert "sqlite" not in page.lower()
    assert "Traceback" not in page
