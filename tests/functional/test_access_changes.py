"""Role × object × action: who changes what, written by hand and tried by form and by the API, as in `test_access_table`.

A cell is an HTTP status, or `done` where a form really changed something; each is tried on a listing of its own.
"""

from __future__ import annotations

import pytest

from repositories import match_runs
from services import introductions, passing
from tests.functional.stage import COMMON, ROLES, SECRET, Stage
from tests.functional.tables import rows

CHANGE = """
                                     nobody rival enterprise university college manager operator
create       needs                      401  done       done        403     403     403     done
create       achievements               401   403        403       done    done     403     done
create       talents                    401   403        403        403     403    done     done
edit         needs draft                401   404       done        403     403     403     done
edit         needs published            401   403       done        403     403     403     done
edit         achievements draft         401   403        403       done     404     403     done
edit         achievements published     401   403        403       done     403     403     done
edit         talents published          401   403        403        403     403    done     done
submit       needs draft                401   404       done        403     403     403      403
submit       needs withdrawn            401   404       done        403     403     403      403
submit       achievements returned      401   403        403       done     404     403      403
submit       talents draft              401   403        403        403     403    done      403
recall       needs submitted            401   404       done        403     403     403     done
publish      needs draft                401   404        403        403     403     403      403
publish      achievements draft         401   403        403        403     404     403      403
publish      needs submitted            401   404        403        403     403     403     done
publish      achievements submitted     401   403        403        403     404     403     done
publish      talents submitted          401   403        403        403     403     403     done
return       needs submitted            401   404        403        403     403     403     done
return       needs published            401   403        403        403     403     403     done
return       achievements published     401   403        403        403     403     403     done
pause        needs published            401   403       done        403     403     403     done
resume       needs paused               401   404       done        403     403     403     done
withdraw     needs published            401   403       done        403     403     403     done
withdraw     achievements published     401   403        403       done     403     403     done
withdraw     talents published          401   403        403        403     403    done     done
renew        needs expired              401   404       done        403     403     403     done
"""


PAIR = """
                                     nobody rival enterprise university college manager operator
pass         owner's entry              401   404       done        404     404     404      404
pass         public entry               401   404       done       done     404     404      404
unpass       public entry               401   404       done       done     404     404      404
ask          owner's entry              401   404       done        404     404     404      404
ask          public entry               401   404       done       done     404     404      404
accept       asked by enterprise        401   404        403       done     404     404      403
decline      asked by enterprise        401   404        403       done     404     404      403
recall       asked by enterprise        401   404       done        403     404     404      403
"""


TARGET = {
    "submit": "submitted", "recall": "draft", "publish": "published", "return": "returned", "pause": "paused",
    "resume": "published", "withdraw": "withdrawn", "renew": "published",
}  # fmt: skip


@pytest.mark.parametrize(("name", "expected"), rows(CHANGE))
def test_who_changes_what(stage: Stage, name: str, expected: dict[str, str]) -> None:
    """Each cell on a listing of its own, by the page's form and by the API."""
    verb, library, *states = name.split()
    for role in ROLES:
        assert by_page(stage, role, verb, library, *states) == expected[role], (role, "page")
        if not (verb == "publish" and role in ("enterprise", "university", "manager")):
            # in the API an owner's publish means submit
            assert by_api(stage, role, verb, library, *states) == expected[role], (role, "api")


def by_page(stage: Stage, role: str, verb: str, library: str, state: str = "") -> str:
    if verb == "create":
        answer = stage.post(role, f"/{library}/new", title=f"{COMMON} 新的")
        return "done" if answer.status_code == 303 else str(answer.status_code)
    row_id = stage.fresh(library, state)
    revision = stage.load(library, row_id).revision
    if verb == "edit":
        answer = stage.post(role, f"/{library}/{row_id}/edit", title="改过的名称", revision=revision)
        done = stage.load(library, row_id).title == "改过的名称"
    else:
        answer = stage.post(role, f"/{library}/{row_id}/{verb}", reason="请补充指标")
        done = stage.load(library, row_id).state == TARGET[verb]
    assert done == (answer.status_code == 303), answer.status_code
    return "done" if done else str(answer.status_code)


def by_api(stage: Stage, role: str, verb: str, library: str, state: str = "") -> str:
    caller = stage.callers[role]
    if verb == "create":
        code = caller.post(f"/{library}", {"title": f"{COMMON} 新的"}).status_code
        return "done" if code == 201 else str(code)
    row_id = stage.fresh(library, state)
    if verb == "edit":
        code = caller.patch(f"/{library}/{row_id}", {"title": "改过的名称"}, match="*").status_code
        done = stage.load(library, row_id).title == "改过的名称"
    else:
        code = caller.post(f"/{library}/{row_id}/{verb}", {"reason": "请补充指标"}).status_code
        done = stage.load(library, row_id).state == TARGET[verb]
    assert done == (code == 200), code
    return "done" if done else str(code)


@pytest.mark.parametrize(("name", "expected"), rows(PAIR))
def test_who_acts_on_a_pair(stage: Stage, name: str, expected: dict[str, str]) -> None:
    """Passing, asking and answering, each cell on a need of its own."""
    verb, _, kind = name.partition(" ")
    here, people = stage.world.platform, stage.people
    other = stage.objects["achievement.published"][1]
    for role in ROLES:
        need_id = stage.fresh("needs", "published", confidential=SECRET if kind == "owner's entry" else "")
        entry = stage.entry_of(need_id, other)
        pair = {"need_id": need_id, "achievement_id": other}
        if verb == "pass":
            answer = stage.post(role, "/matches/pass", entry_id=entry, reason="direction")
        elif verb == "unpass":
            if expected[role] == "done":
                passing.put_aside(here, people[role], entry, "direction")
            answer = stage.post(role, "/matches/unpass", **pair)
            with here.database.read() as session:
                assert match_runs.pass_of(session, need_id, other, role) is None
        elif verb == "ask":
            answer = stage.post(role, "/introductions/ask", entry_id=entry)
        else:
            made = introductions.ask(here, people["enterprise"], entry).id
            answer = stage.post(role, f"/introductions/{made}", verb=verb, reason="direction")
            state = introductions.get(here, people["operator"], made).state
            done = state == {"accept": "accepted", "decline": "declined", "recall": "recalled"}[verb]
            assert done == (answer.status_code == 303)
        found = "done" if answer.status_code == 303 else str(answer.status_code)
        assert found == expected[role], (role, found)
