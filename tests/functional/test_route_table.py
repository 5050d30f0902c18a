"""Every route with the answer each role gets, written by hand: a route that nobody thought about fails here.

Addresses are filled with ids nobody has, forms and bodies are empty, tokens against forgery are right. So 404 means
`may come in, there is no such thing`, 422 `may come in, nothing was typed`; 401 and 403 are the door itself.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.functional.visitors import ROLES, Visitors, filled, known_routes, lines
from tests.support import World, make_world

TABLE = """
GET    /                                                              200
GET    /about                                                         200
POST   /account/confirm                                                       401         409         409         409         409         409
GET    /account/confirm/<secret>                                      404
POST   /account/confirm/<secret>                                      404
GET    /account/credit-code                                           200
GET    /account/data.json                                                     401         200         200         200         200         200
GET    /account/erase                                                         401         200         200         200         200         200
POST   /account/erase                                                         401         422         422         422         422         422
GET    /account/forgot                                                200
POST   /account/forgot                                                422
GET    /account/forgot/sent                                           200
GET    /account/login                                                         200         303         303         303         303         303
POST   /account/login                                                 422
POST   /account/logout                                                303
GET    /account/organisation                                                  401         200         200         200         404         404
POST   /account/organisation                                                  401         412         412         412         404         404
POST   /account/password                                                      401         422         422         422         422         422
GET    /account/register                                                      200         303         303         303         303         303
POST   /account/register                                              422
GET    /account/reset/<secret>                                        404
POST   /account/reset/<secret>                                        404
GET    /account/sessions                                                      401         200         200         200         200         200
POST   /account/sessions                                                      401         303         303         303         303         303
POST   /account/sessions/<key>/end                                            401         404         404         404         404         404
GET    /account/settings                                                      401         200         200         200         200         200
POST   /account/settings                                                      401         422         422         422         422         422
GET    /account/tokens                                                        401         200         200         200         200         200
POST   /account/tokens                                                        401         201         201         201         201         201
POST   /account/tokens/<token_id>/revoke                                      401         404         404         404         404         404
GET    /account/welcome                                                       401         200         200         200         200         200
GET    /achievements                                                  200
GET    /achievements/<row_id>                                         404
POST   /achievements/<row_id>/<verb>                                          401         403         404         404         403         404
GET    /achievements/<row_id>/edit                                            401         403         404         404         403         404
POST   /achievements/<row_id>/edit                                            401         403         404         404         403         404
POST   /achievements/<row_id>/files                                              401         403         404         404         403         404
GET    /achievements/<row_id>/files/<file_id>                          404
POST   /achievements/<row_id>/files/<file_id>/remove                             401         403         404         404         403         404
GET    /achievements/mine                                                     401         403         200         200         403         403
POST   /achievements/mine/confirm                                            401         403         303         303         403         403
GET    /achievements/new                                                      401         403         200         200         403         200
POST   /achievements/new                                                      401         403         422         422         403         422
GET    /api/docs                                                      200
GET    /api/v1/achievements                                           200
POST   /api/v1/achievements                                                   401         403         422         422         403         422
GET    /api/v1/achievements/<achievement_id>/recommendations                  401         403         404         404         403         404
GET    /api/v1/achievements/<achievement_id>/temperature                      401         403         404         404         403         404
GET    /api/v1/achievements/<listing_id>                              404
GET    /api/v1/achievements/<listing_id>/files                           404
POST   /api/v1/achievements/<listing_id>/files                                   401         403         404         404         403         404
GET    /api/v1/achievements/<listing_id>/files/<file_id>                 404
DELETE /api/v1/achievements/<listing_id>/files/<file_id>                         401         403         404         404         403         404
PATCH  /api/v1/achievements/<listing_id>                                      401         403         404         404         403         404
POST   /api/v1/achievements/<listing_id>/<verb>                               401         403         404         404         403         404
GET    /api/v1/deals                                                          401         200         200         200         200         200
POST   /api/v1/deals                                                          401         422         422         422         422         422
GET    /api/v1/deals/<deal_id>                                                401         404         404         404         404         404
PATCH  /api/v1/deals/<deal_id>                                                401         404         404         404         404         404
POST   /api/v1/deals/<deal_id>/assignment                                     401         403         403         403         403         422
POST   /api/v1/deals/<deal_id>/assignment/answer                              401         422         422         422         422         422
POST   /api/v1/deals/<deal_id>/assignment/release                             401         403         403         403         403         422
POST   /api/v1/deals/<deal_id>/consent                                        401         422         422         422         422         422
POST   /api/v1/deals/<deal_id>/end                                            401         404         404         404         404         404
POST   /api/v1/deals/<deal_id>/extend                                         401         404         404         404         404         404
GET    /api/v1/deals/<deal_id>/managers                                       401         404         404         404         404         404
POST   /api/v1/deals/<deal_id>/notes                                          401         404         404         404         404         404
POST   /api/v1/deals/<deal_id>/stage                                          401         422         422         422         422         422
GET    /api/v1/how-we-rank                                            200
POST   /api/v1/imports/<library>                                              401         422         422         422         403         422
GET    /api/v1/introductions                                                  401         200         200         200         200         200
POST   /api/v1/introductions                                                  401         422         422         422         422         422
GET    /api/v1/introductions/<introduction_id>                                401         404         404         404         404         404
POST   /api/v1/introductions/<introduction_id>/answer                         401         422         422         422         422         422
GET    /api/v1/leads                                                          401         403         403         403         200         200
GET    /api/v1/leads/<lead_id>                                                401         403         403         403         404         404
POST   /api/v1/leads/<lead_id>/answer                                         401         403         403         403         422         403
POST   /api/v1/match                                                  422
GET    /api/v1/me                                                             401         200         200         200         200         200
GET    /api/v1/me/achievements                                                401         200         200         200         200         200
POST   /api/v1/me/achievements/confirm                                        401         403         200         200         403         403
GET    /api/v1/me/needs                                                       401         200         200         200         200         200
POST   /api/v1/me/needs/confirm                                               401         200         403         403         403         403
GET    /api/v1/me/talents                                                     401         200         200         200         200         200
GET    /api/v1/needs                                                  200
POST   /api/v1/needs                                                          401         422         403         403         403         422
POST   /api/v1/needs/check                                            200
GET    /api/v1/needs/<listing_id>                                     404
PATCH  /api/v1/needs/<listing_id>                                             401         404         403         403         403         404
POST   /api/v1/needs/<listing_id>/<verb>                                      401         404         403         403         403         404
POST   /api/v1/needs/<need_id>/confidential                                   401         403         403         403         403         422
GET    /api/v1/needs/<need_id>/answers                                         401         403         404         404         403         403
POST   /api/v1/needs/<need_id>/answers                                         401         403         422         422         403         403
GET    /api/v1/needs/<need_id>/recommendations                                401         404         403         403         404         404
GET    /api/v1/needs/<need_id>/teams                                          401         404         403         403         404         404
GET    /api/v1/notices                                                        401         200         200         200         200         200
POST   /api/v1/notices/read                                                   401         204         204         204         204         204
GET    /api/v1/openapi.json                                           200
GET    /api/v1/organisations                                                  401         403         403         403         403         200
GET    /api/v1/organisations/<organisation_id>                        404
PATCH  /api/v1/organisations/<organisation_id>                                401         404         404         404         404         428
POST   /api/v1/organisations/<organisation_id>/words/<verdict>                   401         403         403         403         403         428
POST   /api/v1/organisations/<organisation_id>/<decision>                     401         403         403         403         403         404
POST   /api/v1/passes                                                         401         422         422         422         422         422
DELETE /api/v1/passes                                                         401         422         422         422         422         422
GET    /api/v1/patent-bundles                                                 401         403         200         200         403         404
POST   /api/v1/patent-bundles                                                 401         403         422         422         403         404
GET    /api/v1/patent-bundles/<bundle_id>                                     401         403         404         404         403         404
POST   /api/v1/patent-bundles/<bundle_id>/<verb>                              401         403         404         404         403         404
POST   /api/v1/patent-bundles/propose                                         401         403         200         200         403         404
GET    /api/v1/patents                                                        401         403         200         200         403         200
GET    /api/v1/patents/<patent_id>                                            401         403         404         404         403         404
DELETE /api/v1/patents/<patent_id>                                            401         403         404         404         403         404
GET    /api/v1/proposals                                                      401         200         403         403         200         403
POST   /api/v1/proposals                                                      401         403         403         403         422         403
GET    /api/v1/proposals/<need_id>                                            401         404         403         403         404         403
PATCH  /api/v1/proposals/<need_id>                                            401         403         403         403         404         403
DELETE /api/v1/proposals/<need_id>                                            401         403         403         403         404         403
POST   /api/v1/proposals/<need_id>/answer                                     401         422         403         403         403         403
POST   /api/v1/proposals/<need_id>/ask                                        401         403         403         403         422         403
POST   /api/v1/proposals/<need_id>/recall                                     401         403         403         403         404         403
POST   /api/v1/register                                               422
GET    /api/v1/reviews/<library>                                              401         403         403         403         403         200
GET    /api/v1/talents                                                200
POST   /api/v1/talents                                                        401         403         403         403         422         422
GET    /api/v1/talents/<listing_id>                                   404
PATCH  /api/v1/talents/<listing_id>                                           401         403         403         403         404         404
POST   /api/v1/talents/<listing_id>/<verb>                                    401         403         403         403         404         404
GET    /api/v1/talents/<listing_id>/files                                404
POST   /api/v1/talents/<listing_id>/files                                        401         403         403         403         404         404
GET    /api/v1/talents/<listing_id>/files/<file_id>                      404
DELETE /api/v1/talents/<listing_id>/files/<file_id>                              401         403         403         403         404         404
GET    /api/v1/talents/<talent_id>/record                             404
GET    /api/v1/tokens                                                         401         200         200         200         200         200
POST   /api/v1/tokens                                                 422
DELETE /api/v1/tokens/<token_id>                                              401         404         404         404         404         404
GET    /api/v1/vocabularies                                           200
GET    /api/v1/vocabularies/<name>                                    404
GET    /deals                                                                 401         200         200         200         200         200
GET    /deals/<deal_id>                                                       401         404         404         404         404         404
POST   /deals/<deal_id>/assignment                                            401         403         403         403         403         404
POST   /deals/<deal_id>/assignment/answer                                     401         404         404         404         404         404
POST   /deals/<deal_id>/assignment/release                                    401         403         403         403         403         404
POST   /deals/<deal_id>/consent                                               401         404         404         404         404         404
POST   /deals/<deal_id>/end                                                   401         404         404         404         404         404
POST   /deals/<deal_id>/extend                                                401         404         404         404         404         404
GET    /deals/<deal_id>/managers                                              401         404         404         404         404         404
POST   /deals/<deal_id>/notes                                                 401         404         404         404         404         404
POST   /deals/<deal_id>/stage                                                 401         404         404         404         404         404
POST   /deals/<deal_id>/wishes                                                401         404         404         404         404         404
GET    /deals/new                                                             401         404         404         404         404         404
POST   /deals/new                                                             401         404         404         404         404         404
GET    /healthz                                                       200
GET    /how-we-rank                                                   200
GET    /imports                                                               401         200         200         200         403         200
GET    /imports/<library>                                                     401         200         403         403         403         200
POST   /imports/<library>                                                     401         422         403         403         403         422
GET    /imports/<library>/template.xlsx                                       401         200         403         403         403         200
GET    /imports/batches/<batch_id>                                            401         404         404         404         403         404
POST   /imports/batches/<batch_id>/commit                                     401         404         404         404         403         404
POST   /imports/batches/<batch_id>/discard                                    401         404         404         404         403         404
GET    /imports/batches/<batch_id>/progress                                   401         404         404         404         403         404
GET    /imports/batches/<batch_id>/refused.xlsx                               401         404         404         404         403         404
POST   /imports/batches/<batch_id>/resume                                     401         404         404         404         403         404
GET    /inbox                                                                 401         200         200         200         200         200
GET    /inbox/<notice_id>                                                     401         404         404         404         404         404
POST   /inbox/read                                                            401         303         303         303         303         303
GET    /introductions                                                         401         200         200         200         200         200
GET    /introductions/<introduction_id>                                       401         404         404         404         404         404
POST   /introductions/<introduction_id>                                       401         404         404         404         404         404
GET    /introductions/ask                                                     401         404         404         404         404         404
POST   /introductions/ask                                                     401         404         404         404         404         404
GET    /leads                                                                 401         403         403         403         200         403
GET    /leads/<lead_id>                                                       401         403         403         403         404         404
POST   /leads/<lead_id>                                                       401         403         403         403         404         403
GET    /match                                                         200
POST   /match                                                         422
GET    /matches/compare/<need_id>                                             401         404         404         404         404         404
POST   /matches/pass                                                          401         404         404         404         404         404
POST   /matches/unpass                                                        401         404         404         404         404         404
GET    /matches/why                                                           401         404         404         404         404         404
GET    /needs                                                         200
GET    /needs/<row_id>                                                404
POST   /needs/<row_id>/<verb>                                                 401         404         403         403         403         404
GET    /needs/<need_id>/answer                                                 401         403         404         404         403         403
POST   /needs/<need_id>/answer                                                 401         403         404         404         403         403
GET    /needs/<row_id>/edit                                                   401         404         403         403         403         404
POST   /needs/<row_id>/edit                                                   401         404         403         403         403         404
GET    /needs/<row_id>/recommendations.xlsx                                   401         404         403         403         403         404
POST   /needs/check                                                           401         200         403         403         200         200
GET    /needs/criteria                                                200
GET    /needs/<row_id>/similar                                                401         404         403         403         404         404
GET    /needs/mine                                                            401         200         403         403         403         403
POST   /needs/mine/confirm                                                   401         303         403         403         403         403
GET    /needs/new                                                             401         200         403         403         403         200
POST   /needs/new                                                             401         422         403         403         403         422
GET    /operator                                                              401         403         403         403         403         303
GET    /operator/accounts                                                     401         403         403         403         403         200
GET    /operator/accounts/<account_id>                                        401         403         403         403         403         404
POST   /operator/accounts/<account_id>/active                                 401         403         403         403         403         404
POST   /operator/accounts/<account_id>/link                                   401         403         403         403         403         404
GET    /operator/audit                                                        401         403         403         403         403         200
GET    /operator/confidential/<need_id>                                       401         403         403         403         403         404
POST   /operator/confidential/<need_id>                                       401         403         403         403         403         404
GET    /operator/introductions                                                401         403         403         403         403         200
GET    /operator/leads                                                        401         403         403         403         403         200
GET    /operator/organisations                                                401         403         403         403         403         200
GET    /operator/organisations/<organisation_id>                              401         403         403         403         403         404
POST   /operator/organisations/<organisation_id>                              401         403         403         403         403         404
POST   /operator/organisations/<organisation_id>/decision                     401         403         403         403         403         404
POST   /operator/organisations/<organisation_id>/people                       401         403         403         403         403         404
POST   /operator/organisations/<organisation_id>/words                        401         403         403         403         403         404
GET    /operator/review                                                       401         403         403         403         403         200
POST   /operator/review/<library>/<row_id>                                    401         403         403         403         403         404
GET    /operator/system                                                       401         403         403         403         403         200
POST   /operator/system/retry                                                 401         403         403         403         403         303
GET    /patents                                                               401         403         200         200         403         200
GET    /patents/<patent_id>                                                   401         403         404         404         403         404
POST   /patents/<patent_id>/remove                                            401         403         404         404         403         404
GET    /patents/bundles                                                       401         403         200         200         403         404
POST   /patents/bundles                                                       401         403         303         303         403         404
GET    /patents/bundles/progress                                              401         403         200         200         403         404
GET    /patents/bundles/<bundle_id>                                           401         403         404         404         403         404
POST   /patents/bundles/<bundle_id>/<verb>                                    401         403         404         404         403         404
POST   /patents/propose                                                       401         403         303         303         403         404
GET    /privacy                                                       200
GET    /proposals                                                             401         200         403         403         200         403
GET    /proposals/<need_id>                                                   401         404         403         403         404         403
POST   /proposals/<need_id>/answer                                            401         404         403         403         403         403
POST   /proposals/<need_id>/ask                                               401         403         403         403         404         403
POST   /proposals/<need_id>/discard                                           401         403         403         403         404         403
GET    /proposals/<need_id>/edit                                              401         403         403         403         404         403
POST   /proposals/<need_id>/edit                                              401         403         403         403         404         403
POST   /proposals/<need_id>/recall                                            401         403         403         403         404         403
GET    /proposals/link/<secret>                                               401         404         403         403         403         403
GET    /proposals/new                                                         401         403         403         403         200         403
POST   /proposals/new                                                         401         403         403         403         422         403
GET    /readyz                                                        200
GET    /search                                                        200
GET    /talents                                                       200
GET    /talents/<row_id>                                              404
POST   /talents/<row_id>/<verb>                                               401         403         403         403         404         404
GET    /talents/<row_id>/edit                                                 401         403         403         403         404         404
POST   /talents/<row_id>/edit                                                 401         403         403         403         404         404
POST   /talents/<row_id>/files                                                   401         403         403         403         404         404
GET    /talents/<row_id>/files/<file_id>                               404
POST   /talents/<row_id>/files/<file_id>/remove                                  401         403         403         403         404         404
GET    /talents/<row_id>/record                                       404
GET    /talents/mine                                                          401         403         403         403         302         403
GET    /talents/new                                                           401         403         403         403         200         200
POST   /talents/new                                                           401         403         403         403         422         422
"""
"""Method, rule, then one status for everybody, or one for each of ROLES in their order."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One person of each role."""
    world = make_world(tmp_path_factory.mktemp("routes"))
    for role in ROLES[1:]:
        kind = "university" if role == "university" else "enterprise"
        house = None if role in ("manager", "operator") else world.organisation(f"{role}单位", kind)
        world.person(f"{role}@example.org", role, house)
    world.operator("second@example.org")
    world.index()
    yield world
    world.platform.database.close()
    world.platform.index.close()


@pytest.fixture(scope="module")
def visitors(house: World) -> Visitors:
    """Everybody at the door."""
    return Visitors(house)


def test_every_route_is_in_the_table(house: World) -> None:
    written = {(method, rule) for method, rule, _ in lines(TABLE)}
    assert len(written) == len(lines(TABLE)), "a line stands twice"
    assert known_routes(house) == written


@pytest.mark.parametrize(("method", "rule", "expected"), lines(TABLE))
def test_who_may_come_in(visitors: Visitors, method: str, rule: str, expected: dict[str, str]) -> None:
    assert {role: visitors.ask(role, method, filled(rule)) for role in ROLES} == expected
