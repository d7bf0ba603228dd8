"""The errors about what a request continues: turns, items and what belongs together. Sources as in `api_errors`."""

from collections.abc import Mapping
from typing import Final

from mockserver.spec.error_row import ApiErrorRow

UNREADABLE_CONTENT: Final = "Encrypted content could not be decrypted or parsed."  # issue: openai/codex#35334
CONTENT_OF_ANOTHER_OWNER: Final = (  # issue: openai/codex#13724
    "Encrypted content organization_id did not match the target organization."
)
CONTENT_OF_ANOTHER_ITEM: Final = "Encrypted content item_id did not match the target item id."  # Soju06/codex-lb#1316

HISTORY_ERRORS: Final[Mapping[str, ApiErrorRow]] = {
    "previous_response_not_found": ApiErrorRow(  # K, EC
        text="Previous response with id '{id}' not found.",
        when="`previous_response_id` names a response that is not stored.",
        code="previous_response_not_found",
        param="previous_response_id",
    ),
    "item_not_found": ApiErrorRow(  # issue: openai/openai-agents-python#2020; a body of 2026-10 in public tests
        text="Item with id '{id}' not found.",
        when="The input has an item that the service has to look up, and that is not stored.",
        status=404,
        param="input",
        example={"id": "rs_mock"},
    ),
    "item_not_stored": ApiErrorRow(  # issue: continuedev/continue#9101, Wei-Shaw/claude-relay-service#323
        text=(
            "Item with id '{id}' not found. Items are not persisted when `store` is set to false. "
            "Try again with `store` set to true, or remove this item from your input."
        ),
        when="The same, in a request with `store: false`.",
        status=404,
        param="input",
        example={"id": "rs_mock"},
    ),
    "unverified_content": ApiErrorRow(  # issues: openai/codex#8145, smallmain/vscode-unify-chat-provider#178
        text="The encrypted content {item} could not be verified. Reason: {reason}",
        when="Encrypted content was not made by the service, or not for this API key, or not for this item.",
        code="invalid_encrypted_content",
        example={"item": "for item rs_mock", "reason": UNREADABLE_CONTENT},
    ),
    "output_missing": ApiErrorRow(  # issue: openai/codex#93; for other calls diegosouzapw/OmniRoute#8946 and others
        text="No tool output found for {call} {call_id}.",
        when="A call that the client has to answer is not followed by its output.",
        param="input",
    ),
    "call_missing": ApiErrorRow(  # issue: microsoft/vscode#320060; for outputs other than a function's, as there
        text="No tool call found for {output} with call_id {call_id}.",
        when="An output belongs to no call of the context.",
        param="input",
    ),
    "approval_missing": ApiErrorRow(  # quoted in public notes of 2026-04; the param is our choice
        text="The following MCP approval requests do not have an approval: {ids}",
        when="An approval was asked for, and the client has not answered.",
        param="input",
        example={"ids": "mcpr_mock"},
    ),
    "follower_missing": ApiErrorRow(  # P
        text="Item '{id}' of type 'reasoning' was provided without its required following item.",
        when="A reasoning item with an id is not followed by what the model said or did next.",
        param="input",
        example={"id": "rs_mock"},
    ),
    "reasoning_missing": ApiErrorRow(  # issues: cline/cline#12242, continuedev/continue#10018
        text="Item '{id}' of type '{type}' was provided without its required 'reasoning' item: '{reasoning}'.",
        when="An item is sent back without the reasoning that led to it.",
        param="input",
        example={"id": "fc_mock", "type": "function_call", "reasoning": "rs_mock"},
    ),
    "duplicate_item": ApiErrorRow(  # issue: openai/openai-agents-python#1789, vercel/ai#15492
        text="Duplicate item found with id {id}. Remove duplicate items from your input and try again.",
        when="Two items of the context have the same id.",
        param="input",
        example={"id": "msg_mock"},
    ),
}
