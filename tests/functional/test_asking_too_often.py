"""The limit of anonymous matching: what was typed is still there, and the answer says when to try again."""

from __future__ import annotations

from pathlib import Path

from tests.support import make_world, post


def test_the_text_is_kept_when_somebody_asks_too_often(tmp_path: Path) -> None:
    world = make_world(tmp_path / "data", {"SANKU_MATCH_LIMIT": "1 per minute"})
    client = world.client()
    text = "燃气轮机叶片叶尖磨损，想用激光熔覆修复"
    assert post(client, "/match", {"text": text}).status_code in (200, 503)
    refused = post(client, "/match", {"text": text})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"]
    assert f">{text}</textarea>" in page
    assert "请稍等" in page
