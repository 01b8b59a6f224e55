"""The data map: every column of every table, whose it is and of which class. A test refuses a missing column."""

from __future__ import annotations

from volunteer_hub.privacy.rules import MappedTable, RetentionReason, map_table

_OWN_ACCOUNT, _VOLUNTEER = "account_id", "volunteer_id.account_id"
_PLACED_VOLUNTEER = "placement_id.volunteer_id.account_id"

PEOPLE: dict[str, MappedTable] = {
    "account": map_table(
        "id state time_zone locale created_at", names="name email", hidden="password_hash", about="id", kept_for=RetentionReason.AUDIT_LOG
    ),
    "role_grant": map_table(
        "id account_id role country_iso2 institution_id granted_at ended_at", about=_OWN_ACCOUNT, kept_for=RetentionReason.STATISTICS
    ),
    "user_session": map_table(
        "id account_id created_at last_seen_at expires_at ended_at awaiting_code confirmed_at",
        details="browser", hidden="token_hash", about=_OWN_ACCOUNT, is_deleted=True,
    ),
    "second_factor": map_table(
        "account_id created_at confirmed_at", hidden="encrypted_secret last_step", about=_OWN_ACCOUNT, is_deleted=True
    ),
    "recovery_code": map_table("id account_id created_at used_at", hidden="code_hash", about=_OWN_ACCOUNT, is_deleted=True),
    "trusted_device": map_table(
        "id account_id created_at last_used_at expires_at ended_at",
        details="browser", hidden="token_hash", about=_OWN_ACCOUNT, is_deleted=True,
    ),
    "account_token": map_table(
        "id account_id purpose created_at expires_at used_at",
        names="new_email", hidden="token_hash", about=_OWN_ACCOUNT, is_deleted=True,
    ),
    "policy_acceptance": map_table("account_id policy version accepted_at", about=_OWN_ACCOUNT, kept_for=RetentionReason.AUDIT_LOG),
    "deputy": map_table("account_id deputy_id from_on until_on", about="account_id deputy_id", is_deleted=True),
    "form_submission": map_table(
        "id owner path form_key created_at", free_text="location message", hidden="body_hash", about="owner", is_deleted=True
    ),
    "patient_data_warning": map_table("id at account_id path field reasons", about=_OWN_ACCOUNT, kept_for=RetentionReason.AUDIT_LOG),
    "erasure_request": map_table(
        "id account_id state requested_at due_on decided_by_id decided_at done_at version",
        free_text="request_message decision_message@decided_by_id", about=_OWN_ACCOUNT, by="decided_by_id", kept_for=RetentionReason.AUDIT_LOG,
    ),
    "import_batch": map_table(
        "id kind file_hash row_count error_count added_count state actor_id created_at ended_at version",
        free_text="file_name@actor_id", hidden="rows", by="actor_id",
    ),
    "outbox_mail": map_table(
        "id kind subject_type subject_id recipient_account_id sensitive state created_at due_at not_before"
        " give_up_at lease_until lease_token attempts sent_at bounce bounced_at bounce_status",
        names="recipient_name recipient_email", free_text="subject text html headers calendar last_error",
        hidden="message_id", about="recipient_account_id", kept_for=RetentionReason.AUDIT_LOG,
    ),
    "address_bounces": map_table(
        "id account_id hard_bounces last_at last_status paused_at", names="address", about=_OWN_ACCOUNT, is_deleted=True
    ),
    "audit_entry": map_table(
        "sequence at actor_id action subject_type subject_id details note_hash previous_hash hash",
        by="actor_id", kept_for=RetentionReason.AUDIT_LOG,
    ),
    "audit_note": map_table("entry_sequence", free_text="text@entry_sequence.actor_id", by="entry_sequence.actor_id"),
}  # fmt: skip

VOLUNTEERS: dict[str, MappedTable] = {
    "volunteer": map_table(
        "id account_id profession_code capacity state ready_until_on created_at updated_at version weekly_minutes",
        names="manager_name manager_email", free_text="experience learning_goals",
        details="registration_number employer_id department band available_from_on available_until_on",
        about=_OWN_ACCOUNT, kept_for=RetentionReason.STATISTICS,
    ),
    "volunteer_specialty": map_table("volunteer_id specialty_code", about=_VOLUNTEER, is_deleted=True),
    "volunteer_skill": map_table("volunteer_id skill_code level", about=_VOLUNTEER, is_deleted=True),
    "volunteer_language": map_table("volunteer_id language level", about=_VOLUNTEER, is_deleted=True),
    "volunteer_goal": map_table("volunteer_id kind", about=_VOLUNTEER, is_deleted=True),
    "match_restriction": map_table(
        "id volunteer_id institution_id kind set_by_id set_at revoked_by_id revoked_at",
        free_text="reason@set_by_id", about=_VOLUNTEER, by="set_by_id revoked_by_id", kept_for=RetentionReason.AUDIT_LOG,
    ),
    "factor_override": map_table(
        "id volunteer_id request_id factor share set_by_id set_at revoked_by_id revoked_at",
        free_text="reason@set_by_id", about=_VOLUNTEER, by="set_by_id revoked_by_id", kept_for=RetentionReason.AUDIT_LOG,
    ),
    "round_proposal": map_table(
        "id round_id request_id volunteer_id rank score score_breakdown state stale_reason match_id", about=_VOLUNTEER, kept_for=RetentionReason.STATISTICS
    ),
    "unfilled_request": map_table("round_id request_id seats candidates nearest_volunteer_id failed_gates", about="nearest_volunteer_id.account_id", kept_for=RetentionReason.STATISTICS),
    "availability_window": map_table("id volunteer_id weekday start_minute end_minute", about=_VOLUNTEER, is_deleted=True),
    "readiness_check": map_table(
        "id volunteer_id kind state checked_by_id checked_on expires_on version",
        free_text="evidence@checked_by_id note@checked_by_id", about=_VOLUNTEER, by="checked_by_id", kept_for=RetentionReason.STATISTICS,
    ),
}  # fmt: skip

WORK: dict[str, MappedTable] = {
    "partner_request": map_table(
        "id programme_id institution_id contact_id copied_from_id kind specialty_code learners_cadre"
        " learners_number weekly_minutes weeks seats seats_filled delivery urgency earliest_start_on respond_by_on"
        " cost_minor state created_at updated_at submitted_at opened_at version",
        free_text="title@contact_id need@contact_id expected_result@contact_id supervisor@contact_id return_message",
        by="contact_id", kept_for=RetentionReason.WORK,
    ),
    "request_skill": map_table("request_id skill_code level required"),
    "request_language": map_table("request_id language level"),
    "request_window": map_table("id request_id weekday start_minute end_minute"),
    "match": map_table(
        "id request_id volunteer_id origin state score score_breakdown invited_by_id decided_by_id decided_at reason created_at"
        " accepted_at respond_by_at chased_at reminded_at ended_at ended_early weights_id version",
        free_text="invitation_message@invited_by_id volunteer_message reason_message@decided_by_id",
        about=_VOLUNTEER, by="invited_by_id decided_by_id", kept_for=RetentionReason.STATISTICS,
    ),
    "placement": map_table(
        "id match_id request_id volunteer_id director_id allocation_id state starts_on ends_on weekly_minutes"
        " workplan_version volunteer_agreed_version partner_agreed_version created_at version",
        free_text="channel end_reason", about=_VOLUNTEER, by="director_id", kept_for=RetentionReason.STATISTICS,
    ),
    "objective": map_table("placement_id position", free_text="text", about=_PLACED_VOLUNTEER, kept_for=RetentionReason.WORK),
    "release": map_table(
        "id placement_id state requested_at respond_by_at chased_at answered_at version",
        names="manager_name manager_email", free_text="message", hidden="token_hash", about=_PLACED_VOLUNTEER, kept_for=RetentionReason.AUDIT_LOG,
    ),
    "hours_entry": map_table(
        "id placement_id volunteer_id worked_on started_at ended_at minutes kind state decided_by_id decided_at"
        " logged_at updated_at version",
        free_text="note query_message@decided_by_id answer_message", about=_VOLUNTEER, by="decided_by_id", kept_for=RetentionReason.STATISTICS,
    ),
    "journal": map_table("id fund_id kind purpose at actor_id reverses_id", by="actor_id", kept_for=RetentionReason.MONEY),
}  # fmt: skip

WITHOUT_SUBJECT: dict[str, MappedTable] = {
    "allocation": map_table("id fund_id purpose currency amount_minor reserved_minor posted_minor created_at"),
    "audit_head": map_table("id sequence hash"),
    "readiness_requirement": map_table("kind needed valid_months guidance version"),
    "country": map_table("iso2 name dac_group languages time_zone currency"),
    "data_sharing_agreement": map_table("id institution_id signed_on expires_on recorded_at", free_text="reference"),
    "email_wording": map_table("kind locale msgid text changed_at changed_by_id", by="changed_by_id"),
    "fund": map_table("id programme_id currency received_minor allocated_minor"),
    "institution": map_table("id kind code name town country_iso2 time_zone languages connectivity"),
    "matching_round": map_table(
        "id programme_id state requested_by_id requested_at as_of seed fill_first weights_id started_at heartbeat_at progress ended_at"
        " fingerprint summary failure published_by_id published_at version",
        by="requested_by_id published_by_id",
    ),
    "round_setting": map_table(
        "programme_id proposals_per_volunteer proposals_per_seat fill_first every_days next_on excluded_support_kinds version"
    ),
    "weight_set": map_table("id points created_by_id created_at", free_text="reason@created_by_id", by="created_by_id"),
    "job_run": map_table("id job slot_at started_at lease_until tries ended_at count error"),
    "scheduler_heartbeat": map_table("name beat_at"),
    "ledger_account": map_table("id fund_id allocation_id kind"),
    "ledger_entry": map_table("id journal_id account_id amount_minor currency"),
    "partnership": map_table("id uk_institution_id overseas_institution_id theme"),
    "profession": map_table("code name regulator registration_pattern"),
    "programme": map_table(
        "id name funder starts_on ends_on target_volunteers currency default_allocation_minor needs_release"
        " volunteer_days director_days release_days state"
    ),
    "programme_institution": map_table("programme_id institution_id"),
    "reservation": map_table("id allocation_id purpose amount_minor posted_minor state created_at ended_at version"),
    "retention_rule": map_table("category keep_days version"),
    "skill": map_table("code name parent_code synonyms search_text retired_at merged_into_code changed_at"),
    "specialty": map_table("code name parent_code group_name search_text"),
    "throttle": map_table("key count expires_at"),
}
"""Tables without a data subject."""

DATA_MAP: dict[str, MappedTable] = PEOPLE | VOLUNTEERS | WORK | WITHOUT_SUBJECT
