"""What may be done in which state."""

from datetime import timedelta

import pytest

from services.intake.domain.life import Action, Standing, State, forbids, next_state
from tests.unit.services.intake.makers import NOW

HERE = Standing(state=State.RECEIVED, received_at=NOW)


@pytest.mark.parametrize(
    ("action", "standing", "rule"),
    [
        (Action.RECEIVE, Standing(state=State.SUBMITTED), None),
        (Action.RECEIVE, HERE, "wrong_state"),
        (Action.WITHDRAW, HERE, None),
        (Action.WITHDRAW, Standing(state=State.RECEIVED, received_at=NOW, ended=True), "decided"),
        (Action.VOID, HERE, None),
        (Action.VOID, Standing(state=State.RECEIVED, received_at=NOW - timedelta(days=1)), "not_today"),
        (Action.VOID, Standing(state=State.RECEIVED, received_at=NOW, ended=True), "decided"),
        (Action.ASK_SUPPLEMENT, Standing(state=State.RECEIVED, received_at=NOW, ended=True), "decided"),
        (Action.SUPPLEMENT_PROVIDED, Standing(state=State.RECEIVED, received_at=NOW, ended=True), "decided"),
        (Action.PAYMENT_MADE, Standing(state=State.RECEIVED, received_at=NOW, ended=True), "decided"),
        (Action.RETURN_RESULT, HERE, "no_result"),
        (Action.RETURN_RESULT, Standing(state=State.RECEIVED, ready_at=NOW), None),
        (Action.RETURN_RESULT, Standing(state=State.WITHDRAWN), None),
        (Action.CORRECT, Standing(state=State.VOIDED), "wrong_state"),
        (Action.PAYMENT_MADE, Standing(state=State.UNKNOWN), "wrong_state"),
    ],
)
def test_actions_fit_states(action, standing, rule):
    problem = forbids(action, standing, now=NOW)

    assert (problem and problem.rule) == rule


@pytest.mark.parametrize("state", [State.VOIDED, State.RETURNED, State.REFUSED])
def test_no_way_leads_back_from_an_end(state):
    back = {State.SUBMITTED, State.RECEIVED}
    allowed = [a for a in Action if forbids(a, Standing(state=state, received_at=NOW), now=NOW) is None]

    assert not {next_state(action, state) for action in allowed} & (back - {state})
