"""Every column of every table: whose it is and what it says. A test refuses a column that is missing here."""

from __future__ import annotations

from volunteer_hub.privacy.rules import Table, Why, table

_MINE, _VOLUNTEER = "account_id", "volunteer_id.account_id"
_WORKER = "placement_id.volunteer_id.account_id"

PEOPLE: dict[str, Table] = {
    "account": table(
        "id state time_zone locale created_at", names="name email", hidden="password_hash", about="id", why=Why.TRAIL
    ),
    "role_grant": table(
        "id account_id role country_iso2 institution_id granted_at ended_at", about=_MINE, why=Why.STATISTICS
    ),
    "user_session": table(
        "id account_id created_at last_seen_at expires_at ended_at awaiting_code confirmed_at",
        details="browser", hidden="token_hash", about=_MINE, gone=True,
    ),
    "second_factor": table(
        "account_id created_at confirmed_at", hidden="sealed_secret last_step", about=_MINE, gone=True
    ),
    "recovery_code": table("id account_id created_at used_at", hidden="code_hash", about=_MINE, gone=True),
    "trusted_device": table(
        "id account_id created_at last_used_at expires_at ended_at",
        details="browser", hidden="token_hash", about=_MINE, gone=True,
    ),
    "account_token": table(
        "id account_id purpose created_at expires_at used_at",
        names="new_email", hidden="token_hash", about=_MINE, gone=True,
    ),
    "policy_acceptance": table("account_id policy version accepted_at", about=_MINE, why=Why.TRAIL),
    "deputy": table("account_id deputy_id from_on until_on", about="account_id deputy_id", gone=True),
    "form_submission": table(
        "id owner path form_key created_at", wording="location message", hidden="body_hash", about="owner", gone=True
    ),
    "patient_data_warning": table("id at account_id path field reasons", about=_MINE, why=Why.TRAIL),
    "erasure_request": table(
        "id account_id state asked_at due_on decided_by_id decided_at done_at version",
        wording="words decision_words@decided_by_id", about=_MINE, by="decided_by_id", why=Why.TRAIL,
    ),
    "import_batch": table(
        "id kind file_hash row_count error_count added_count state actor_id created_at ended_at version",
        wording="file_name@actor_id", hidden="rows", by="actor_id",
    ),
    "outbox_mail": table(
        "id kind subject_type subject_id recipient_account_id sensitive state created_at due_at not_before"
        " give_up_at lease_until lease_token attempts sent_at bounce bounced_at bounce_status",
        names="recipient_name recipient_email", wording="subject text html headers calendar last_error",
        hidden="message_id", about="recipient_account_id", why=Why.TRAIL,
    ),
    "address_bounces": table(
        "id account_id hard_bounces last_at last_status paused_at", names="address", about=_MINE, gone=True
    ),
    "audit_entry": table(
        "sequence at actor_id action subject_type subject_id details words_hash previous_hash hash",
        by="actor_id", why=Why.TRAIL,
    ),
    "audit_note": table("entry_sequence", wording="words@entry_sequence.actor_id", by="entry_sequence.actor_id"),
}  # fmt: skip

VOLUNTEERS: dict[str, Table] = {
    "volunteer": table(
        "id account_id profession_code capacity state ready_until_on created_at updated_at version weekly_minutes",
        names="manager_name manager_email", wording="experience learning_goals",
        details="registration_number employer_id department band available_from_on available_until_on",
        about=_MINE, why=Why.STATISTICS,
    ),
    "volunteer_specialty": table("volunteer_id specialty_code", about=_VOLUNTEER, gone=True),
    "volunteer_skill": table("volunteer_id skill_code level", about=_VOLUNTEER, gone=True),
    "volunteer_language": table("volunteer_id language level", about=_VOLUNTEER, gone=True),
    "volunteer_goal": table("volunteer_id kind", about=_VOLUNTEER, gone=True),
    "match_restriction": table(
        "id volunteer_id institution_id kind set_by_id set_at revoked_by_id revoked_at",
        wording="reason@set_by_id", about=_VOLUNTEER, by="set_by_id revoked_by_id", why=Why.TRAIL,
    ),
    "factor_override": table(
        "id volunteer_id request_id factor share set_by_id set_at revoked_by_id revoked_at",
        wording="reason@set_by_id", about=_VOLUNTEER, by="set_by_id revoked_by_id", why=Why.TRAIL,
    ),
    "round_proposal": table(
        "id round_id request_id volunteer_id rank score score_breakdown state stale_reason match_id", about=_VOLUNTEER, why=Why.STATISTICS
    ),
    "unfilled_request": table("round_id request_id seats candidates nearest_volunteer_id failed_gates", about="nearest_volunteer_id.account_id", why=Why.STATISTICS),
    "availability_window": table("id volunteer_id weekday start_minute end_minute", about=_VOLUNTEER, gone=True),
    "readiness_check": table(
        "id volunteer_id kind state checked_by_id checked_on expires_on version",
        wording="evidence@checked_by_id note@checked_by_id", about=_VOLUNTEER, by="checked_by_id", why=Why.STATISTICS,
    ),
}  # fmt: skip

WORK: dict[str, Table] = {
    "partner_request": table(
        "id programme_id institution_id raised_by_id copied_from_id kind specialty_code learners_cadre"
        " learners_number weekly_minutes weeks seats seats_filled delivery urgency earliest_start_on respond_by_on"
        " cost_minor state created_at updated_at submitted_at opened_at version",
        wording="title@raised_by_id need@raised_by_id expected_result@raised_by_id supervisor@raised_by_id returned_words",
        by="raised_by_id", why=Why.WORK,
    ),
    "request_skill": table("request_id skill_code level required"),
    "request_language": table("request_id language level"),
    "request_window": table("id request_id weekday start_minute end_minute"),
    "match": table(
        "id request_id volunteer_id origin state score score_breakdown invited_by_id decided_by_id decided_at reason created_at"
        " accepted_at respond_by_at chased_at reminded_at ended_at ended_early weights_id version",
        wording="invitation_message@invited_by_id volunteer_message reason_message@decided_by_id",
        about=_VOLUNTEER, by="invited_by_id decided_by_id", why=Why.STATISTICS,
    ),
    "placement": table(
        "id match_id request_id volunteer_id director_id allocation_id state starts_on ends_on weekly_minutes"
        " workplan_version volunteer_agreed_version partner_agreed_version created_at version",
        wording="channel end_words", about=_VOLUNTEER, by="director_id", why=Why.STATISTICS,
    ),
    "objective": table("placement_id position", wording="text", about=_WORKER, why=Why.WORK),
    "release": table(
        "id placement_id state asked_at respond_by_at chased_at answered_at version",
        names="manager_name manager_email", wording="words", hidden="token_hash", about=_WORKER, why=Why.TRAIL,
    ),
    "hours_entry": table(
        "id placement_id volunteer_id worked_on started_at ended_at minutes kind state decided_by_id decided_at"
        " logged_at updated_at version",
        wording="note query_words@decided_by_id answer_words", about=_VOLUNTEER, by="decided_by_id", why=Why.STATISTICS,
    ),
    "journal": table("id fund_id kind purpose at actor_id reverses_id", by="actor_id", why=Why.MONEY),
}  # fmt: skip

NOBODY: dict[str, Table] = {
    "allocation": table("id fund_id purpose currency amount_minor reserved_minor posted_minor created_at"),
    "audit_head": table("id sequence hash"),
    "check_setting": table("kind needed valid_months guidance version"),
    "country": table("iso2 name dac_group languages time_zone currency"),
    "data_sharing_agreement": table("id institution_id signed_on expires_on recorded_at", wording="reference"),
    "email_wording": table("kind locale msgid text changed_at changed_by_id", by="changed_by_id"),
    "fund": table("id programme_id currency received_minor allocated_minor"),
    "institution": table("id kind code name town country_iso2 time_zone languages connectivity"),
    "matching_round": table(
        "id programme_id state requested_by_id requested_at as_of seed fill_first weights_id started_at heartbeat_at progress ended_at"
        " fingerprint summary failure published_by_id published_at version",
        by="requested_by_id published_by_id",
    ),
    "round_setting": table(
        "programme_id proposals_per_volunteer proposals_per_seat fill_first every_days next_on excluded_support_kinds version"
    ),
    "weight_set": table("id points created_by_id created_at", wording="reason@created_by_id", by="created_by_id"),
    "job_run": table("id job slot_at started_at lease_until tries ended_at count error"),
    "scheduler_heartbeat": table("name beat_at"),
    "ledger_account": table("id fund_id allocation_id kind"),
    "ledger_entry": table("id journal_id account_id amount_minor currency"),
    "partnership": table("id uk_institution_id overseas_institution_id theme"),
    "profession": table("code name regulator registration_pattern"),
    "programme": table(
        "id name funder starts_on ends_on target_volunteers currency default_allocation_minor needs_release"
        " volunteer_days director_days release_days state"
    ),
    "programme_institution": table("programme_id institution_id"),
    "reservation": table("id allocation_id purpose amount_minor posted_minor state created_at ended_at version"),
    "retention_rule": table("kept keep_days version"),
    "skill": table("code name parent_code synonyms search_text retired_at merged_into_code changed_at"),
    "specialty": table("code name parent_code group_name search_text"),
    "throttle": table("key count expires_at"),
}
"""Tables that are about nobody."""

DATA_MAP: dict[str, Table] = PEOPLE | VOLUNTEERS | WORK | NOBODY
