"""The one path: a request, who answers it, a run; and the one function that finishes a response."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from mockserver import upstream
from mockserver.codec import JsonObject
from mockserver.default import DEFAULT
from mockserver.errors import CassetteError, ScriptError
from mockserver.events.life import is_under_way, refusal
from mockserver.events.pacing import schedule
from mockserver.ids import STORED, Draws, partition_of
from mockserver.loop_lag import LoopLag
from mockserver.model.answer import UNSCRIPTED, Answer, Coming, HttpReply, Outcome, Planner, RecordedStream
from mockserver.model.request import Asked, CheckedRequest, Delivery
from mockserver.request_reader import read_leniently, read_request
from mockserver.responders import NOT_ANSWERED, Answered, ask_responders, http_error_of, may_miss, missed
from mockserver.runs import (
    called,
    caught_up,
    failed,
    join_conversation,
    planned_elsewhere,
    recorded_run,
    rendered,
    settled,
    stored_response,
)
from mockserver.samples.budget import TakesLongError
from mockserver.space import Space
from mockserver.spec.api_errors import api_error
from mockserver.spec.multi_agent import wants_agents
from mockserver.state.awaited_outputs import AwaitedOutputs
from mockserver.state.connection import Connection
from mockserver.state.run import Run
from mockserver.state.stored import StoredResponse
from mockserver.state.timed_run import TimedRun

_log = logging.getLogger("mockserver")

POLLED = Delivery(background=True)
"""Background work that is not streamed: its client polls for its status."""

Subscriber = Callable[[Space, Run], None]


class Engine:
    """Answers requests in spaces, plays background runs, and notifies its subscribers of each run that ends."""

    def __init__(self) -> None:
        self._playing: dict[Run, asyncio.Task[None]] = {}
        self._subscribers: list[Subscriber] = []
        self._transfers: upstream.Transfers | None = None
        self.lag = LoopLag()
        """How long its event loop keeps requests waiting."""

    def subscribe(self, subscriber: Subscriber) -> None:
        """Call `subscriber` with the space and the run, once for every run that ends, however it ends."""
        self._subscribers.append(subscriber)

    # Who answers

    async def create(self, space: Space, asked: Asked, connection: Connection | None = None) -> Answered:
        """Answer `POST /v1/responses`: ask the responders, start the run of what one of them gives, and store it.

        `connection` is the WebSocket that the request came on; it remembers the response.

        Raises:
            ApiError: the first fault in the order in which the real API checks.
            ScriptError: a predicate raised, or a rule has no reply.
            CassetteError: what an upstream says cannot be recorded.
        """
        space.refresh()
        checked, refused = asked.checked, None
        asked.repeated = checked is not None
        if checked is None:
            checked, refused = await read_request(space, asked, connection)
        draws = space.seeds.draws_for(asked.key)
        answer = ask_responders(space, asked, checked, draws) if space.responders else NOT_ANSWERED
        outcome, planner = answer.outcome, answer.planner
        if outcome.fault is not None and (http_error := http_error_of(outcome.fault, checked)) is not None:
            return Answered(outcome, error=http_error)
        if answer.content is not None:
            return await self._as_run(space, answer, checked or read_leniently(asked), connection)
        if planner is None:
            if outcome.by is None and space.strict and may_miss(space, checked):
                return missed(space, asked, checked)
            if refused is not None:
                raise refused
            planner = DEFAULT
        assert checked is not None  # noqa: S101 - what was refused has been raised
        try:
            if planner.varies_with == "call":
                planner = await called(planner, checked, by=outcome.by)
            try:
                return self._planned(space, asked, checked, planner, outcome, draws, connection)
            except TakesLongError:
                planner = await planned_elsewhere(space, planner, checked, by=outcome.by)
                return self._planned(space, asked, checked, planner, outcome, draws, connection)
        except ScriptError as error:
            return Answered(outcome, error=api_error("script_error", message=str(error)))

    def _planned(  # noqa: PLR0917 - once for each request, where names cost
        self,
        space: Space,
        asked: Asked,
        checked: CheckedRequest,
        planner: Planner,
        outcome: Outcome,
        draws: Draws,
        connection: Connection | None,
    ) -> Answered:
        """What a planner answers, as a run.

        Raises:
            ScriptError: it has no plan.
            TakesLongError: its plan is to be made elsewhere.
        """
        rendering, pace = rendered(space, planner, asked, checked, draws, by=outcome.by)
        if outcome.fault is not None:
            rendering = failed(rendering, outcome.fault)
        pace = space.pace if pace is None else pace
        gate = space.active_gate if space.gates else None
        delivery = checked.delivery
        injectable = connection is not None and wants_agents(checked.request.body)
        if pace.instant and gate is None and delivery != POLLED and not injectable:
            run = Run(rendering, delivery, asked.dialect)
        else:
            run = TimedRun(
                rendering,
                delivery,
                asked.dialect,
                schedule=None if pace.instant else partial(schedule, pace=pace, seed=f"{rendering.id} pace"),
                clock=space.clock,
                gate=gate,
                advances_on_poll=delivery == POLLED,
                outputs=AwaitedOutputs(rendering.events(), gate=gate) if injectable else None,
            )
        self._begin(space, run, checked, connection)
        history = checked.request.history
        return Answered(outcome, run, joined=len(history), history=() if connection is None else history)

    async def answer_other(self, space: Space, asked: Asked, known: Callable[[], bool]) -> Answered:
        """Answer any other request by a rule, a recording or an upstream, with the fault that was scripted for it.

        One that none of them answers has neither a run nor a reply nor an error: this server's own state answers it.
        `known` says whether the request is about something stored here: that is answered even without a recording.

        Raises:
            ScriptError: a predicate raised, or a rule has no reply.
            CassetteError: what an upstream says cannot be recorded.
        """
        space.refresh()
        if not space.responders:
            return Answered(UNSCRIPTED)
        draws = space.seeds.draws(b"chaos" + asked.head.path.encode() + asked.raw)
        answer = ask_responders(space, asked, None, draws)
        fault = answer.outcome.fault
        if fault is not None and (http_error := http_error_of(fault, None)) is not None:
            return Answered(answer.outcome, error=http_error)
        if answer.content is not None:
            answered = await self._as_run(space, answer, None, again=True)
            if answered.http is not None and answered.http.said is not None:
                self._note(space, answered.http.said)
            return answered
        if answer.outcome.by is None and space.replay is not None and space.strict and not known():
            return missed(space, asked, None)
        return Answered(answer.outcome)

    async def _as_run(
        self,
        space: Space,
        answer: Answer,
        checked: CheckedRequest | None,
        connection: Connection | None = None,
        *,
        again: bool = False,
    ) -> Answered:
        """What was recorded, or is being recorded, as a run; other replies as they are.

        `again` is whether it is streamed again, for a request that creates no response.
        """
        outcome = answer.outcome
        content = answer.content
        if isinstance(content, Coming):
            try:
                content = await content.begin(self._upstreams(), connection)
            except ScriptError as error:
                return Answered(outcome, error=api_error("script_error", message=str(error)))
            except CassetteError as error:
                return Answered(outcome, error=api_error("cassette_error", message=str(error)))
        if isinstance(content, HttpReply) or content is None:
            return Answered(outcome, http=content)
        if (partition := partition_of(content.id)) is not None:
            space.note_reasoning(partition)  # a recording may hold reasoning
        run = recorded_run(space, answer, content, background=checked is not None and checked.delivery.background)
        if not again:
            self._begin(space, run, checked, connection)
        elif isinstance(run, TimedRun):
            run.on_finished = partial(self._shown_again, space, content)
        else:
            self._shown_again(space, content, run)
        if isinstance(run, TimedRun):
            content.attach(run)
        return Answered(outcome, run, recorded=content, joined=len(checked.request.history) if checked else 0)

    async def pass_on(self, connection: Connection, event: JsonObject, response_id: str) -> bool:
        """Pass a client's input for a response on. Returns whether an upstream is making that response."""
        return self._transfers is not None and await self._transfers.pass_on(connection, event, response_id)

    def disconnected(self, connection: Connection) -> None:
        """Let go of what belongs to a WebSocket that has ended."""
        if self._transfers is not None:
            self._transfers.disconnected(connection)

    def _upstreams(self) -> "upstream.Transfers":
        if self._transfers is None:
            self._transfers = upstream.Transfers()
        return self._transfers

    # Runs

    def _begin(
        self, space: Space, run: Run, checked: CheckedRequest | None, connection: Connection | None = None
    ) -> None:
        """Store the response of a run, and see to it that the run is finished once."""
        stored = remember = None
        if checked is not None and (checked.flag == STORED or connection is not None):
            stored = stored_response(space, run, checked)
            if connection is not None:
                remember = partial(connection.remember, checked.request, stored)
                stored = stored if checked.flag == STORED else None
        if not isinstance(run, TimedRun):
            self._finished(space, stored, run, remember)
            return
        if stored is not None and stored.id:
            earlier = space.running.get(stored.id)
            if earlier is not None and earlier.advances_on_poll:
                earlier.finish()  # both have the same scripted id: the earlier one can no longer be polled
            space.running[stored.id] = run
            space.store.responses.put(stored.id, stored)
        turn = None if checked is None else checked.request.conversation_id
        if turn is not None:
            space.turns[turn] = run
        run.on_finished = partial(self._finished, space, stored, remember=remember, begun_with=space.running, turn=turn)
        if run.background and not run.advances_on_poll and not run.live:
            self._play(run)

    def _play(self, run: TimedRun) -> None:
        task = asyncio.get_running_loop().create_task(run.play_out())
        self._playing[run] = task
        task.add_done_callback(lambda _: self._playing.pop(run, None))

    def _finished(
        self,
        space: Space,
        stored: StoredResponse | None,
        run: Run,
        remember: Callable[[Run], None] | None = None,
        *,
        begun_with: dict[str, TimedRun] | None = None,
        turn: str | None = None,
    ) -> None:
        """Store a run that has ended, join its conversation, notify the subscribers. Called once for every run.

        Of background work that was recorded before its end, the subscribers are notified when a recording says the end.
        `remember` puts it into the memory of its connection. `begun_with` is the very `space.running` in which the run
        began, None for a run that was done at once. If the space has another one by now, it was reset meanwhile, and
        nothing is stored or remembered. `turn` is the conversation that it held.
        """
        if begun_with is not None:
            space.journal.settle(run)
            if turn is not None and space.turns.get(turn) is run:
                del space.turns[turn]
            if begun_with is space.running:
                stored = settled(space, stored, run)
            else:
                stored = remember = None
        if stored is not None and stored.id:
            space.store.responses.put(stored.id, stored)
            if stored.conversation_id is not None:
                join_conversation(space, stored)
        if remember is not None:
            remember(run)
        if stored is None or not (stored.delivery.background and is_under_way(run.final.get("status"))):
            self._notify(space, run)

    def _shown_again(self, space: Space, content: RecordedStream, run: Run) -> None:
        """Keep what a stream that was recorded for an earlier response has shown of it."""
        space.journal.settle(run)
        self._note(space, content.final())

    def _note(self, space: Space, said: JsonObject) -> None:
        """Keep what a recorded reply says of a stored response, and notify the subscribers if it has ended by that."""
        if (ended := caught_up(space, said)) is not None:
            self._notify(space, space.run_of(ended))

    def _notify(self, space: Space, run: Run) -> None:
        for subscriber in self._subscribers:
            try:
                subscriber(space, run)
            except Exception:  # noqa: BLE001 - one subscriber's fault is not the client's, nor the next one's
                _log.exception("%r failed for the response %s", subscriber, run.id)

    # What is stored

    def cancel(self, space: Space, response_id: str) -> Run:
        """Answer `POST /v1/responses/{id}/cancel`.

        Raises: ApiError 404, or 400 for one that ended or was never background work.
        """
        stored = space.responses.get(response_id)
        run = space.run_of(stored)
        if not run.background:
            raise api_error("cancel_synchronous")
        if stored.synthetic or not run.done:
            run.cancel()
            if task := self._playing.get(run):
                task.cancel()
        elif is_under_way(run.final.get("status")):  # it was recorded so far, and nobody goes on with it
            self._note(space, {**run.final, "status": "cancelled"})
            return space.run_of(space.responses.get(response_id))
        elif refused := refusal("cancel", run.final.get("status")):
            raise api_error(refused)
        return run

    async def close(self) -> None:
        """Stop background work that is still going, wait a moment for what is being recorded, let go of upstreams."""
        tasks = list(self._playing.values())
        for task in tasks:
            task.cancel()
        self.lag.stop()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._transfers is not None:
            await self._transfers.close()
            self._transfers = None
