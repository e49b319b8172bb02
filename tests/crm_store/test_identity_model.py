"""Whoever writes in whatever order: nobody is joined without proof, and proof is never lost.

The store is played against what its steps prove: a list of addresses that belong together.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import combinations, count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from crm_store import batch, customers, identities
from crm_store.batch import Arrival
from crm_store.identities import Claim
from crm_store.messages import Inbound
from crm_store.models import Conversation, Customer, Identity, Message, Touchpoint
from crm_store.session import Session
from tests.crm_store.playing import forgotten

PEOPLE = 3
VOUCHED = "channel"


def phone(person: int) -> str:
    return f"+6281200000{person:03}"


WRITES = {
    "sms": lambda p: Claim("sms", phone(p), phone(p), verified_by=VOUCHED),
    "whatsapp": lambda p: Claim("whatsapp", phone(p), phone(p), verified_by=VOUCHED),
    "hides": lambda p: Claim("whatsapp", f"ID.{p}", verified_by=VOUCHED),
    "shows": lambda p: Claim(
        "whatsapp", phone(p), phone(p), verified_by=VOUCHED, aliases=(f"ID.{p}",)
    ),
    "telegram": lambda p: Claim("telegram", f"77{p}", name="Ana"),
    "mail": lambda p: Claim("email", f"p{p}@mail.example", name="Ana"),
    "own mail": lambda p: Claim("email", f"p{p}@mail.example", verified_by="dmarc"),
    "types": lambda p: Claim("web", f"b{p}", phone((p + 1) % PEOPLE), name="Ana"),
}
person = st.integers(0, PEOPLE - 1)
which = st.integers(0, 9)
ARRIVE = st.tuples(
    st.just("arrive"),
    st.lists(st.tuples(st.sampled_from(sorted(WRITES)), person), min_size=1, max_size=4),
)
SHARE = st.tuples(st.just("share"), person, person)
STEPS = st.lists(
    st.one_of(
        *(ARRIVE, ARRIVE, ARRIVE, SHARE, SHARE),
        st.tuples(st.just("code"), which, which),
        st.tuples(st.just("join"), which, which),
    ),
    min_size=4,
    max_size=16,
)


@dataclass
class World:
    """Plays every step on the store, and notes what it proves."""

    session: Session
    numbers: "count[int]" = field(default_factory=count)
    stored: int = 0
    proofs: list[tuple[str, str]] = field(default_factory=list)

    def arrive(self, writers: list[tuple[str, int]]) -> None:
        claims = [WRITES[how](who) for how, who in writers]
        for claim in claims:
            self._proves(claim)
        batch.store(self.session, [self._says(claim) for claim in claims])
        self.stored += len(claims)

    def share(self, who: int, whose: int) -> None:
        """Somebody shares the number of a phone that is his, whoever had it before."""
        identity = identities.at(self.session, "telegram", f"77{who}")
        if identity is None:
            return
        owners = {one.customer_id for one in everybody(self.session) if proves(one, phone(whose))}
        if owners <= {identity.customer_id} or not self._is_known(identity):
            self.proofs.append((name(identity), phone(whose)))
        identities.verify_phone(self.session, identity, phone(whose), "contact_share")

    def code(self, which: int, whose: int) -> None:
        one, other = self._two(which, whose)
        if not one or not other:
            return
        if not self._is_known(one):
            self.proofs.append((name(one), name(other)))
        identities.verify_by_code(self.session, one, other.customer_id)

    def join(self, which: int, whose: int) -> None:
        """Staff knows better."""
        one, other = self._two(which, whose)
        if one and other and one.customer_id != other.customer_id:
            self.proofs.append((name(one), name(other)))
            customers.merge(self.session, one.customer_id, other.customer_id, reason="told staff")

    def _says(self, claim: Claim) -> Arrival:
        return Arrival(f"shop-{claim.kind}", claim, Inbound(f"m{next(self.numbers)}", "halo"))

    def _proves(self, claim: Claim) -> None:
        own = f"{claim.kind}:{claim.address}"
        self.proofs += [(own, f"{claim.kind}:{alias}") for alias in claim.aliases]
        if claim.verified_by and claim.phone:
            self.proofs.append((own, claim.phone))

    def _is_known(self, identity: Identity) -> bool:
        """Whether more than this address vouches for its customer: then staff must decide."""
        household = identities.of_customer(self.session, identity.customer_id)
        return any(one.verified for one in household if one.id != identity.id)

    def _two(self, which: int, whose: int) -> tuple[Identity | None, Identity | None]:
        known = everybody(self.session)
        return (known[which % len(known)], known[whose % len(known)]) if known else (None, None)

    def together(self) -> dict[str, int]:
        """What was proved to belong to one person, by name."""
        groups = {one: {one} for proof in self.proofs for one in proof}
        for one, other in self.proofs:
            joined = groups[one] | groups[other]
            groups.update(dict.fromkeys(joined, joined))
        return {one: id(group) for one, group in groups.items()}


def name(identity: Identity) -> str:
    return f"{identity.kind}:{identity.address}"


def proves(identity: Identity, number: str) -> bool:
    return identity.verified and identity.phone == number


def everybody(session: Session) -> list[Identity]:
    session.flush()
    return list(session.scalars(select(Identity).order_by(Identity.id)))


def joined_without_proof(world: World) -> list[tuple[str, str]]:
    proved = world.together()
    households = defaultdict(list)
    for identity in everybody(world.session):
        households[identity.customer_id].append(name(identity))
    return [
        pair
        for household in households.values()
        for pair in combinations(household, 2)
        if proved.get(pair[0], pair[0]) != proved.get(pair[1], pair[1])
    ]


def phones_of_two_customers(session: Session) -> list[str]:
    owners = defaultdict(set)
    for identity in everybody(session):
        if identity.verified and identity.phone:
            owners[identity.phone].add(identity.customer_id)
    return [number for number, customer_ids in owners.items() if len(customer_ids) > 1]


def strayed(session: Session) -> list[object]:
    """What does not lie with the customer of its identity; customers nobody writes as."""
    session.flush()
    owner = {one.id: one.customer_id for one in everybody(session)}
    talks = {one.id: one for one in session.scalars(select(Conversation))}
    living = set(session.scalars(select(Customer.id).where(Customer.merged_into_id.is_(None))))
    found: list[object] = [t for t in talks.values() if t.customer_id != owner[t.identity_id]]
    found += [
        message
        for message in session.scalars(select(Message))
        if message.customer_id != talks[message.conversation_id].customer_id
    ]
    found += [one for one in session.scalars(select(Touchpoint)) if one.customer_id not in living]
    return [*found, *living.symmetric_difference(owner.values())]


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_only_proof_joins_and_all_of_a_customer_stays_together(db, steps):
    with forgotten(db) as session:
        world = World(session)
        for what, *arguments in steps:
            getattr(world, what)(*arguments)
            assert joined_without_proof(world) == []
            assert phones_of_two_customers(session) == []
            assert strayed(session) == []
        assert len(list(session.scalars(select(Message.id)))) == world.stored
