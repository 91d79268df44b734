"""What becomes of staged events, in SQL: one is new, the same, or a correction.

The tables are those of a merge (cop.store.dataset.event_merge): ``ids`` and ``ids_again`` are
staged, ``known`` is published, ``taken_out`` was.
"""

from cop.store.dataset.event_identity import ADDED_COLUMNS, event_hash_sql, nameless_id_sql
from cop.store.dataset.event_stage import POSITION
from cop.store.dataset.schema import MONTH

SEPARATOR = "chr(31)"
STAGED = f"(FROM ids WHERE {MONTH} IS NOT NULL)"
REPEATED = """
    SELECT event_id FROM ids WHERE hash(event_id) IN
        (SELECT hash(event_id) FROM ids_again GROUP BY 1 HAVING count(*) > 1)
    GROUP BY 1 HAVING count(*) > 1
"""
"""The ids that are staged more than once, refused rows counted too. Hashes take less memory."""
NAMED = f"""
    SELECT * EXCLUDE (content, occurrence) REPLACE (CASE WHEN nameless AND occurrence > 1
        THEN {nameless_id_sql("content", "occurrence")} ELSE event_id END AS event_id)
    FROM (
        SELECT event_id, position, number, claim, content_hash, {MONTH}, content, marking,
            content IS NOT NULL AS nameless,
            row_number() OVER (PARTITION BY event_id, number ORDER BY position) AS occurrence
        FROM {STAGED} SEMI JOIN repeated USING (event_id)
    )
"""
"""The rows of ids that are staged more than once; occurrence identifies those without an id."""
MARKED = f"""
    WITH before AS (
        SELECT event_id, known_marking AS markings FROM known WHERE NOT is_hidden
        UNION ALL FROM taken_out
    )
    SELECT position, {MONTH}, marking, concat_ws({SEPARATOR}, markings, marking) AS markings
    FROM {STAGED} JOIN before USING (event_id) ANTI JOIN repeated USING (event_id)
    WHERE marking <> markings
    UNION ALL
    SELECT position, {MONTH}, marking, concat_ws({SEPARATOR}, markings,
        string_agg(marking, {SEPARATOR}) OVER (PARTITION BY event_id ORDER BY number)) AS markings
    FROM ranked LEFT JOIN before USING (event_id) WHERE NOT is_refused AND rank = 1
"""
"""Rows and what their record was marked until then, the row included."""
RAISED = f"""
    SELECT position, new_marking, {event_hash_sql()} FROM (
        SELECT staged.* REPLACE (new_marking AS marking), new_marking
        FROM incoming AS staged JOIN lower USING (position)
    )
"""
SINGLE = f"""
    SELECT position, {MONTH},
        CASE WHEN is_hidden THEN 'accepted' WHEN is_same THEN 'duplicate' ELSE 'superseded' END
            AS outcome,
        NULL::VARCHAR AS new_id, new_marking, new_hash,
        CASE WHEN is_last THEN event_id END AS corrected_id,
        CASE WHEN is_last THEN known_month END AS known_month, is_last
    FROM (
        SELECT position, {MONTH}, event_id, known_month, new_marking, new_hash, is_hidden,
            coalesce(new_hash, staged.content_hash) = known.content_hash AS is_same,
            NOT is_same AND NOT is_hidden AS is_last
        FROM {STAGED} AS staged JOIN known USING (event_id) ANTI JOIN repeated USING (event_id)
        LEFT JOIN raised USING (position)
    )
"""
RETURNED = f"""
    SELECT position, {MONTH}, 'accepted' AS outcome, NULL::VARCHAR AS new_id, new_marking, new_hash,
        NULL::VARCHAR AS corrected_id, NULL::VARCHAR AS known_month, true AS is_last
    FROM ids_again JOIN raised USING (position)
    ANTI JOIN known USING (event_id) ANTI JOIN repeated USING (event_id)
"""
"""What comes back that was taken out, marked lower than it was then."""
SEQUENCE = f"""
    WITH stepped AS (
        SELECT ranked.*, new_marking, new_hash, coalesce(new_hash, content_hash) AS hash,
            row_number() OVER step AS step,
            lag(coalesce(new_hash, content_hash)) OVER step AS before
        FROM ranked LEFT JOIN raised USING (position) WHERE NOT is_refused AND rank = 1
        WINDOW step AS (PARTITION BY event_id ORDER BY number)
    ),
    compared AS (
        SELECT stepped.*, known.known_month, coalesce(is_hidden, false) AS is_hidden, CASE
            WHEN step = 1 AND (known.event_id IS NULL OR is_hidden) THEN 'accepted'
            WHEN hash = coalesce(before, known.content_hash) THEN 'duplicate'
            ELSE 'superseded' END AS outcome
        FROM stepped LEFT JOIN known USING (event_id)
    )
    SELECT position, {MONTH}, outcome, event_id AS new_id, new_marking, new_hash,
        CASE WHEN outcome <> 'duplicate' THEN event_id END AS corrected_id,
        CASE WHEN outcome <> 'duplicate' AND NOT is_hidden THEN known_month END AS known_month,
        outcome <> 'duplicate' AND NOT is_hidden
            AND step = max(step) FILTER (outcome <> 'duplicate') OVER (PARTITION BY event_id)
            AS is_last
    FROM compared
    UNION ALL
    SELECT position, {MONTH}, CASE WHEN is_refused THEN 'refused' ELSE 'duplicate' END,
        NULL, NULL, NULL, NULL, NULL, false
    FROM ranked WHERE is_refused OR rank > 1
"""
"""The fate of the rows of ids that are staged more than once, in their order."""
NEW_EVENTS = f"""
    SELECT staged.* EXCLUDE ({POSITION}) REPLACE (coalesce(new_id, event_id) AS event_id,
        coalesce(new_marking, marking) AS marking,
        coalesce(new_hash, content_hash) AS content_hash), {ADDED_COLUMNS}
    FROM incoming AS staged
    LEFT JOIN (SELECT position, new_id, new_marking, new_hash, is_last FROM fate
        WHERE {MONTH} = $month) AS fate USING (position)
    WHERE coalesce(is_last, true)
"""


def ranked_sql(*, refusing: bool, claims: bool) -> str:
    """Select the rows of ids that are staged more than once, and which of them are refused.

    Of rows of one id and number the first has rank 1.
    """
    refused = f"UNION ALL SELECT event_id, claim, position FROM ids_again WHERE {MONTH} IS NULL"
    refused = refused if claims else ""
    return f"""
        WITH named AS ({NAMED}),
        firsts AS (
            SELECT event_id, arg_min(claim, position) AS first_claim FROM (
                SELECT event_id, claim, position FROM named {refused}
            ) GROUP BY event_id
        ),
        judged AS (
            SELECT *, {str(refusing).lower()} AND NOT nameless AND claim <> first_claim
                AS is_refused
            FROM named LEFT JOIN firsts USING (event_id)
        )
        SELECT *, row_number() OVER
            (PARTITION BY event_id, number, is_refused ORDER BY position) AS rank FROM judged
    """
