"""Countries, institutions, partnerships, data-sharing agreements."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from volunteer_hub.core.db import Model, choice_type
from volunteer_hub.institutions.states import Connectivity, InstitutionKind


class Country(Model):
    """A country with its group on the OECD DAC list and its usual languages, time zone and currency."""

    __tablename__ = "country"

    iso2: Mapped[str] = mapped_column(sa.String(2), primary_key=True)
    name: Mapped[str]
    dac_group: Mapped[str]
    languages: Mapped[str]
    time_zone: Mapped[str]
    currency: Mapped[str] = mapped_column(sa.String(3))


class Institution(Model):
    """An NHS organisation, another UK body, or an overseas partner. `languages` are codes separated by `|`."""

    __tablename__ = "institution"
    __table_args__ = (
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("name", "country_iso2"),
        sa.Index("ix_institution_kind_name", "kind", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[InstitutionKind] = mapped_column(choice_type(InstitutionKind))
    code: Mapped[str | None]
    name: Mapped[str]
    town: Mapped[str]
    country_iso2: Mapped[str] = mapped_column(sa.ForeignKey("country.iso2"), index=True)
    time_zone: Mapped[str]
    languages: Mapped[str] = mapped_column(default="en")
    connectivity: Mapped[Connectivity] = mapped_column(choice_type(Connectivity), default=Connectivity.GOOD)

    country: Mapped[Country] = relationship()


class Partnership(Model):
    """The partnership of a UK institution with an overseas one."""

    __tablename__ = "partnership"
    __table_args__ = (sa.UniqueConstraint("uk_institution_id", "overseas_institution_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uk_institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    overseas_institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"), index=True)
    theme: Mapped[str]

    uk_institution: Mapped[Institution] = relationship(foreign_keys=[uk_institution_id])
    overseas_institution: Mapped[Institution] = relationship(foreign_keys=[overseas_institution_id])


class DataSharingAgreement(Model):
    """An agreement that allows volunteers' data to be shown to an overseas institution, up to `expires_on` included."""

    __tablename__ = "data_sharing_agreement"
    __table_args__ = (sa.CheckConstraint("expires_on IS NULL OR expires_on >= signed_on", name="dates"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"), index=True)
    reference: Mapped[str]
    signed_on: Mapped[dt.date]
    expires_on: Mapped[dt.date | None]
    recorded_at: Mapped[dt.datetime]

    institution: Mapped[Institution] = relationship()
