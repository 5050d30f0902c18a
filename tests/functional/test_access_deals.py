"""Role × deal × action, written by hand and asked of the pages and of the API, as in `test_access_table`.

A cell is an HTTP status, `yes` or `-` where it is about what is read, or `done` where something really changed; every
changing cell is tried on a deal of its own, by form and by API.
"""

from __future__ import annotations

import pytest

from tests.functional.stage import COMMON, PHONE, ROLES, SECRET, Stage
from tests.functional.tables import rows, said, status

DEALS = """
                                     nobody rival enterprise university college manager operator
see          deal.opened                401   404        200        200     404     404      200
see          deal.found                 401   404        200        200     404     200      200
see          deal.offered               401   404        200        200     404     200      200
see          deal.led                   401   404        200        200     404     200      200
see          deal.declined              401   404        200        200     404     404      200
see          deal.completed             401   404        200        200     404     200      200
see          deal.ended                 401   404        200        200     404     200      200
listed       deal.opened                  -     -        yes        yes       -       -      yes
listed       deal.led                     -     -        yes        yes       -     yes      yes
listed       deal.declined                -     -        yes        yes       -       -      yes
name         deal.opened                  -     -        yes          -       -       -      yes
name         deal.found                   -     -        yes          -       -       -      yes
name         deal.led                     -     -        yes        yes       -     yes      yes
contact      deal.opened                  -     -          -          -       -       -        -
contact      deal.offered                 -     -        yes        yes       -       -        -
contact      deal.led                     -     -        yes        yes       -     yes        -
contact      deal.completed               -     -        yes        yes       -     yes        -
contact      deal.ended                   -     -          -          -       -       -        -
confidential deal.opened                  -     -          -          -       -       -        -
confidential deal.led                     -     -          -          -       -       -        -
managers     deal.opened                401   404        200        403     404     404      200
managers     deal.led                   401   404        200        403     404     403      200
agree        opened                     401   404        409       done     404     404      403
agree        found                      401   404       done       done     404     403      403
decline      opened                     401   404        409       done     404     404      403
negotiate    led                        401   404        403        403     404    done     done
negotiate    offered                    401   404        403        403     404     403      409
end          opened                     401   404       done       done     404     404     done
end          found                      401   404       done       done     404     403     done
end          led                        401   404       done       done     404    done     done
end          completed                  401   404        409        409     404     403      409
note         opened                     401   404       done       done     404     404     done
note         found                      401   404       done       done     404    done     done
note         offered                    401   404       done       done     404     403     done
private-note led                        401   404        403        403     404     403     done
wishes       led                        401   404       done        403     404     403     done
extend       opened                     401   404        403        403     404     404     done
"""

ADDRESSES = {
    "agree": "consent", "decline": "consent", "negotiate": "stage", "end": "end", "note": "notes",
    "private-note": "notes", "wishes": "wishes", "extend": "extend",
}  # fmt: skip
BODIES = {
    "agree": {"verb": "agree"}, "decline": {"verb": "decline", "reason": "price"}, "negotiate": {"verb": "negotiate"},
    "end": {"reason": "price"}, "note": {"note": "一句话"}, "private-note": {"note": "一句话", "circle": "operators"},
    "wishes": {"asked_languages": "en"}, "extend": {},
}  # fmt: skip


@pytest.mark.parametrize(("name", "expected"), rows(DEALS))
def test_who_does_what_with_a_deal(stage: Stage, name: str, expected: dict[str, str]) -> None:
    """Reading on its page and in its document; each changing cell on a deal of its own, by form and by API."""
    verb, thing = name.split()
    found = {}
    for role in ROLES:
        if verb == "see":
            found[role] = status(stage, role, stage.path(thing))
            assert found[role] == str(stage.callers[role].get(stage.path(thing)).status_code)
        elif verb == "managers":
            found[role] = status(stage, role, f"{stage.path(thing)}/managers")
            assert found[role] == str(stage.callers[role].get(f"{stage.path(thing)}/managers").status_code)
        elif verb == "listed":
            found[role] = said(is_listed(stage, role, stage.objects[thing][1]))
        elif verb in ("name", "contact", "confidential"):
            words = {"confidential": SECRET, "contact": PHONE, "name": "甲企业"}[verb]
            page = stage.get(role, stage.path(thing)).get_data(as_text=True)
            page = page.split("<main", 1)[-1].split("<footer")[0]
            document = stage.callers[role].get(stage.path(thing)).get_data(as_text=True)
            found[role] = said(words in page or words in document)
        else:
            found[role] = deal_by_page(stage, role, verb, stage.deal(thing))
            assert deal_by_api(stage, role, verb, stage.deal(thing)) == found[role], role
    assert found == expected


def is_listed(stage: Stage, role: str, deal_id: int) -> bool:
    """In the list, on the board and in the API's list, all tabs together."""
    pages = [f"/deals?tab={tab}&q={COMMON}" for tab in ("todo", "open", "completed", "ended")]
    by_page = any(
        f'href="/deals/{deal_id}"' in stage.get(role, page).get_data(as_text=True) for page in pages
    )
    answers = [stage.callers[role].get(f"{page}&per_page=100").get_json() for page in pages]
    by_api = any(item["id"] == deal_id for answer in answers for item in answer.get("items", ()))
    assert by_page == by_api
    return by_page


def deal_by_page(stage: Stage, role: str, verb: str, deal_id: int) -> str:
    before, revision = stage.lines(deal_id), stage.revision(deal_id)
    answer = stage.post(role, f"/deals/{deal_id}/{ADDRESSES[verb]}", revision=revision, **BODIES[verb])
    changed = stage.lines(deal_id) > before
    if answer.status_code == 303 and not changed:
        return "409"  # the state of things did not allow it: told on the page it leads back to
    assert changed == (answer.status_code == 303), answer.status_code
    return "done" if changed else str(answer.status_code)


def deal_by_api(stage: Stage, role: str, verb: str, deal_id: int) -> str:
    caller, before = stage.callers[role], stage.lines(deal_id)
    body = dict(BODIES[verb])
    if ADDRESSES[verb] == "consent":
        body["answer"] = body.pop("verb")
    if verb == "wishes":
        code = caller.patch(f"/deals/{deal_id}", {"languages": ["en"]}, match="*").status_code
    else:
        code = caller.post(f"/deals/{deal_id}/{ADDRESSES[verb]}", body).status_code
    assert (stage.lines(deal_id) > before) == (code in (200, 201)), code
    return "done" if code in (200, 201) else str(code)
