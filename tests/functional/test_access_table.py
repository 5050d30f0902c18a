"""Role × object × action, written by hand and asked of the pages and of the API.

The table is the law: who changes `services.access` changes a line here, and says so in a review. A cell is an HTTP
status, `yes` or `-` where a page answers everybody but shows more to some, or `done` where a form really changed
something. Every cell of a changing action is tried on a listing of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from repositories import match_runs
from repositories.listing import STATE_NAMES
from services import introductions, passing
from tests.functional.stage import COMMON, PHONE, ROLES, SECRET, Stage, word_of

SEE = """
                        nobody rival enterprise university college manager operator
need.draft                 404   404        200        404     404     404      200
need.submitted             404   404        200        404     404     404      200
need.returned              404   404        200        404     404     404      200
need.published             200   200        200        200     200     200      200
need.paused                404   404        200        404     404     404      200
need.withdrawn             404   404        200        404     404     404      200
need.expired               404   404        200        404     404     404      200
need.pending               404   404        404        404     404     404      200
need.asked                 404   404        200        200     404     404      200
achievement.draft          404   404        404        200     404     404      200
achievement.submitted      404   404        404        200     404     404      200
achievement.returned       404   404        404        200     404     404      200
achievement.published      200   200        200        200     200     200      200
achievement.paused         404   404        404        200     404     404      200
achievement.withdrawn      404   404        404        200     404     404      200
achievement.expired        404   404        404        200     404     404      200
achievement.members        404   200        200        200     200     200      200
talent.draft               404   404        404        404     404     200      200
talent.submitted           404   404        404        404     404     200      200
talent.returned            404   404        404        404     404     200      200
talent.published           200   200        200        200     200     200      200
talent.paused              404   404        404        404     404     200      200
talent.withdrawn           404   404        404        404     404     200      200
talent.expired             404   404        404        404     404     200      200
introduction.asked         401   404        200        200     404     404      200
introduction.agreed        401   404        200        200     404     404      200
lead.open                  401   403        403        403     403     200      200
lead.closed                401   403        403        403     403     404      200
need.written               404   404        404        404     404     200      404
need.laidbefore            404   404        404        404     404     200      404
proposal.written           401   404        404        403     403     200      403
proposal.laidbefore        401   404        200        403     403     200      403
"""

FIND = """
                        nobody rival enterprise university college manager operator
need.published             yes   yes        yes        yes     yes     yes      yes
need.agreed                yes   yes        yes        yes     yes     yes      yes
achievement.published      yes   yes        yes        yes     yes     yes      yes
achievement.members          -   yes        yes        yes     yes     yes      yes
talent.published           yes   yes        yes        yes     yes     yes      yes
"""
"""Everything that is not listed here is found by nobody: not in lists, search, counts or facets, its owner included."""

READ = """
                                   nobody rival enterprise university college manager operator
confidential need.published             -     -        yes          -       -       -        -
confidential need.agreed                -     -        yes          -       -       -        -
confidential introduction.agreed        -     -          -          -       -       -        -
contact      need.published             -     -        yes          -       -       -        -
contact      need.agreed                -     -        yes          -       -       -        -
contact      need.asked                 -     -        yes          -       -       -        -
contact      achievement.published      -     -          -        yes       -       -        -
contact      achievement.agreed         -     -          -        yes       -       -        -
contact      introduction.asked         -     -          -          -       -       -        -
contact      introduction.agreed        -     -        yes        yes       -       -        -
name         need.published             -     -        yes          -       -       -      yes
name         need.asked                 -     -        yes          -       -       -      yes
name         need.named               yes   yes        yes        yes     yes     yes      yes
name         need.agreed                -     -        yes        yes       -       -      yes
name         introduction.asked         -     -        yes          -       -       -      yes
name         introduction.agreed        -     -        yes        yes       -       -      yes
name         lead.open                  -     -          -          -       -       -      yes
confidential lead.open                  -     -          -          -       -       -        -
contact      lead.open                  -     -          -          -       -       -        -
confidential need.written               -     -          -          -       -     yes        -
confidential proposal.written           -     -          -          -       -     yes        -
confidential proposal.laidbefore        -     -        yes          -       -     yes        -
"""

USE = """
                                    nobody rival enterprise university college manager operator
edit-form    need.draft                401   404        200        403     403     403      200
edit-form    need.published            401   403        200        403     403     403      200
edit-form    achievement.draft         401   403        403        200     404     403      200
edit-form    achievement.published     401   403        403        200     403     403      200
edit-form    talent.draft              401   403        403        403     403     200      200
matches      need.draft                  -     -        yes          -       -       -      yes
matches      need.published              -     -        yes          -       -       -      yes
matches      achievement.published       -     -          -        yes       -       -      yes
matches      achievement.draft           -     -          -        yes       -       -      yes
api-matches  need.draft                401   404        200        403     403     404      200
api-matches  need.published            401   403        200        403     403     403      200
api-matches  achievement.published     401   403        403        200     403     403      200
api-teams    need.draft                401   404        200        403     403     404      200
api-teams    need.published            401   403        200        403     403     403      200
temperature  achievement.published     401   403        403        200     403     403      200
temperature  achievement.draft         401   403        403        200     404     403      200
compare      need.draft                401   404        200        404     404     404      200
compare      need.published            401   403        200        403     403     403      200
export       need.draft                401   404        200        403     403     403      200
export       need.published            401   403        200        403     403     403      200
why          need.draft                401   404        200        404     404     404      200
why          need.published            401   404        200        200     404     404      200
调阅          need.published            401   403        403        403     403     403      200
"""

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


LIBRARY = {
    "need": "needs",
    "achievement": "achievements",
    "talent": "talents",
    "introduction": "introductions",
}
TARGET = {
    "submit": "submitted", "recall": "draft", "publish": "published", "return": "returned", "pause": "paused",
    "resume": "published", "withdraw": "withdrawn", "renew": "published",
}  # fmt: skip


def cells(table: str) -> Iterator[tuple[str, str, str]]:
    """(line, role, expected) of a table."""
    head, *lines = [line for line in table.splitlines() if line.strip()]
    roles = head.split()
    assert tuple(roles) == ROLES
    for line in lines:
        words = line.split()
        yield from (
            (" ".join(words[: -len(roles)]), r, e) for r, e in zip(roles, words[-len(roles) :], strict=True)
        )


def rows(table: str) -> list[tuple[str, dict[str, str]]]:
    """(line, role → expected), one test each."""
    found: dict[str, dict[str, str]] = {}
    for name, role, expected in cells(table):
        found.setdefault(name, {})[role] = expected
    return list(found.items())


def status(stage: Stage, role: str, path: str) -> str:
    """What a page answers; the way to the sign-in page is 401."""
    answer = stage.get(role, path)
    if answer.status_code == 302:
        assert answer.location.startswith("/account/login?next="), answer.location
        return "401"
    return str(answer.status_code)


def said(yes: bool) -> str:
    return "yes" if yes else "-"


@pytest.mark.parametrize(("name", "expected"), rows(SEE))
def test_who_sees_a_page(stage: Stage, name: str, expected: dict[str, str]) -> None:
    path = stage.path(name)
    assert {role: status(stage, role, path) for role in ROLES} == expected
    found = {role: str(stage.callers[role].get(path).status_code) for role in ROLES}
    assert found == expected


@pytest.mark.parametrize("library", ["needs", "achievements", "talents"])
def test_who_finds_what(stage: Stage, library: str) -> None:
    """By its own word, on the list, in the whole list, in the search over all, and in every count."""
    public = dict(rows(FIND))
    for name, (where, row_id) in stage.objects.items():
        if where != library:
            continue
        for role in ROLES:
            expected = public.get(name, {}).get(role, "-")
            if name not in public and stage.row(name).state == "published":
                expected = "yes"  # public objects made for other tables
            word = word_of(name)
            found = stage.callers[role].get(f"/{library}?q={word}").get_json()
            assert found["total"] == len(found["items"]) == (expected == "yes"), (name, role, found)
            assert any(found["facets"].values()) == (expected == "yes"), (name, role)
            page = stage.get(role, f"/{library}?q={word}").get_data(as_text=True)
            assert (f'href="/{library}/{row_id}"' in page) == (expected == "yes"), (name, role)
    for role in ROLES:
        listed = stage.callers[role].get(f"/{library}?per_page=100").get_json()
        shown = {f"/{library}/{item['id']}" for item in listed["items"]}
        for name, (where, _) in stage.objects.items():
            if where == library and stage.row(name).state != "published":
                assert stage.path(name) not in shown, (name, role)
        search = stage.get(role, f"/search?q={COMMON}").get_data(as_text=True)
        assert not re.search(r"obj\w*(draft|submitted|returned|paused|withdrawn|expired)", search)


@pytest.mark.parametrize(("name", "expected"), rows(READ))
def test_who_reads_what(stage: Stage, name: str, expected: dict[str, str]) -> None:
    """The closed parts of a thing, on its page and in its document."""
    what, thing = name.split()
    words = {"confidential": SECRET, "contact": PHONE, "name": "甲企业"}[what]
    found = {}
    for role in ROLES:
        page = stage.get(role, stage.path(thing)).get_data(as_text=True)
        page = page.split("<main", 1)[-1].split("<footer")[0]  # the head names one's own organisation
        document = stage.callers[role].get(stage.path(thing)).get_data(as_text=True)
        found[role] = said(words in page or words in document)
    assert found == expected


@pytest.mark.parametrize(("name", "expected"), rows(USE))
def test_who_uses_what(stage: Stage, name: str, expected: dict[str, str]) -> None:
    action, thing = name.split()
    path, other = stage.path(thing), stage.objects["achievement.published"][1]
    need_id = stage.objects[thing][1]
    pages = {
        "edit-form": f"{path}/edit", "compare": f"/matches/compare/{need_id}?with={other}",
        "export": f"{path}/recommendations.xlsx", "调阅": f"/operator/confidential/{need_id}",
        "why": f"/matches/why?need_id={need_id}&achievement_id={other}",
    }  # fmt: skip
    for role in ROLES:
        if action in ("api-matches", "api-teams", "temperature"):
            tail = {"api-matches": "recommendations", "api-teams": "teams"}.get(action, action)
            found = str(stage.callers[role].get(f"{path}/{tail}").status_code)
        elif action == "matches":
            found = said('id="recommendations"' in stage.get(role, path).get_data(as_text=True))
        else:
            found = status(stage, role, pages[action])
        assert found == expected[role], (role, found)


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


def test_the_table_knows_every_state() -> None:
    """A new state must be thought through for every library before it passes here."""
    seen = {name for name, _ in rows(SEE)}
    assert {f"{kind}.{state}" for kind in ("need", "achievement", "talent") for state in STATE_NAMES} <= seen
