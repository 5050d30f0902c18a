"""Role × object: who sees, finds, reads and uses what, written by hand and asked of the pages and of the API.

The table is the law: who changes `services.access` changes a line here or in `test_access_changes`, and says so in a
review. A cell is an HTTP status, or `yes` or `-` where a page answers everybody but shows more to some.
"""

from __future__ import annotations

import re

import pytest

from repositories.listing import STATE_NAMES
from tests.functional.stage import COMMON, PHONE, ROLES, SECRET, Stage, word_of
from tests.functional.tables import rows, said, status

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


def test_the_table_knows_every_state() -> None:
    """A new state must be thought through for every library before it passes here."""
    seen = {name for name, _ in rows(SEE)}
    assert {f"{kind}.{state}" for kind in ("need", "achievement", "talent") for state in STATE_NAMES} <= seen
