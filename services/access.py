"""Who may do what: the rules as functions of the person and the thing. Nothing else decides about access.

`tests/functional/test_access_table.py` holds the same rules as a table written by hand; a change here that the
table does not know fails there.
"""

from __future__ import annotations

from dataclasses import dataclass

from repositories.accounts import ENTERPRISE, INSTITUTION, MANAGER, OPERATOR, UNIVERSITY, Account
from repositories.achievements import Achievement
from repositories.listing import DRAFT, ListingColumns
from repositories.needs import Need
from repositories.talents import Talent
from services.errors import Forbidden, NotFound, SignInFirst
from services.listings.fields import CONFIDENTIAL, CONTACT, DECLARED, PUBLIC


@dataclass(frozen=True, slots=True)
class Actor:
    """The person behind a request, or nobody."""

    account_id: int | None = None
    role: str = ""
    organisation_id: int | None = None
    organisation_approved: bool = False
    name: str = ""
    organisation_name: str = ""

    @property
    def is_signed_in(self) -> bool:
        """Whether anybody is behind the request."""
        return self.account_id is not None

    @property
    def is_operator(self) -> bool:
        """平台运营."""
        return self.role == OPERATOR


NOBODY = Actor()
COMMAND = Actor(role=OPERATOR, name="命令行")

CREATORS = {
    "needs": frozenset({ENTERPRISE, OPERATOR}),
    "achievements": frozenset({UNIVERSITY, INSTITUTION, OPERATOR}),
    "talents": frozenset({MANAGER, OPERATOR}),
}


def actor_of(account: Account) -> Actor:
    """The actor an account acts as."""
    organisation = account.organisation
    return Actor(
        account_id=account.id,
        role=account.role,
        organisation_id=account.organisation_id,
        organisation_approved=bool(organisation and organisation.is_approved),
        name=account.name,
        organisation_name=organisation.name if organisation else "",
    )


def owns(actor: Actor, row: ListingColumns) -> bool:
    """Listings belong to the organisation; a manager's profile to the person, and what a manager writes for others too,
    until they take it over."""
    if not actor.is_signed_in:
        return False
    if isinstance(row, Talent) or (actor.role == MANAGER and is_private_draft(row)):
        return row.account_id is not None and row.account_id == actor.account_id
    return row.organisation_id is not None and row.organisation_id == actor.organisation_id


def is_private_draft(row: ListingColumns) -> bool:
    """A need without a house that nobody has submitted: its writer's alone, operators do not see it either."""
    return isinstance(row, Need) and row.organisation_id is None and row.state == DRAFT


def sees(actor: Actor, row: ListingColumns, *, introduced: bool = False) -> bool:
    """Whether a listing exists for this person at all. `introduced`: an introduction laid it before them."""
    if is_private_draft(row):
        return row.account_id is not None and row.account_id == actor.account_id
    if actor.is_operator or owns(actor, row) or introduced:
        return True
    if not row.is_public:
        return False
    return not (isinstance(row, Achievement) and row.visibility == "members" and not actor.is_signed_in)


def audience(actor: Actor) -> tuple[str, ...]:
    """The visibilities a search may show this person."""
    return ("public", "members") if actor.is_signed_in else ("public",)


def open_circles(actor: Actor, row: ListingColumns) -> frozenset[str]:
    """The circles of fields this person reads on a listing; contacts that an introduction opened are shown by it."""
    if owns(actor, row):
        return frozenset({PUBLIC, CONTACT, CONFIDENTIAL, DECLARED})
    return frozenset({PUBLIC, DECLARED}) if actor.is_operator else frozenset({PUBLIC})


def sees_confidential(actor: Actor, need: Need) -> bool:
    """The confidential part is its owner's; an operator opens it by 调阅 only, which is another action."""
    return owns(actor, need)


def sees_enterprise_name(actor: Actor, need: Need, *, introduced: bool = False) -> bool:
    """An enterprise's name is hidden unless it says otherwise, or an agreed introduction opened it."""
    return need.show_name or actor.is_operator or owns(actor, need) or introduced


def may_create(actor: Actor, library: str) -> bool:
    """Whether this role fills this library."""
    return actor.role in CREATORS[library]


def may_edit(actor: Actor, row: ListingColumns) -> bool:
    """Owners edit their own; operators mend any."""
    return actor.is_operator or (owns(actor, row) and may_create(actor, row.library))


def speaks_for(actor: Actor, row: ListingColumns) -> bool:
    """Whose word brings a listing to the public: its owner's, or of whoever entered it (the command line included).

    Operators let through what was handed to them; they do not publish what its owner keeps in a drawer.
    """
    if owns(actor, row) or (actor.is_operator and actor.account_id is None):
        return True
    return (
        actor.is_operator
        and row.account_id in (actor.account_id, None)
        and (row.account_id is not None or row.organisation_id is None)
    )


def may_keep_patents(actor: Actor) -> bool:
    """Lists of patents are kept by those who offer achievements, each for the own house, and by operators for any."""
    return actor.role in CREATORS["achievements"]


def keeps_patents_of(actor: Actor, organisation_id: int) -> bool:
    """Whether this person sees and bundles the patents of a house; nobody else learns that there are any."""
    own = actor.organisation_id is not None and actor.organisation_id == organisation_id
    return may_keep_patents(actor) and (actor.is_operator or own)


def may_review(actor: Actor) -> bool:
    """Publishing and returning are the operator's."""
    return actor.is_operator


def side_of(actor: Actor, need: Need, achievement: Achievement) -> str:
    """`enterprise` or `university` when the person stands on one side of the pair, else the empty string."""
    if need.organisation_id is not None and owns(actor, need):
        return ENTERPRISE
    if owns(actor, achievement):
        return UNIVERSITY
    return ""


def require(allowed: bool, *, seen: bool = True) -> None:
    """Raise Forbidden, or NotFound where the person must not learn that the thing exists."""
    if not allowed:
        raise Forbidden() if seen else NotFound()


def require_signed_in(actor: Actor) -> None:
    """Raise SignInFirst for nobody."""
    if not actor.is_signed_in:
        raise SignInFirst()
