"""resolve_request_params and expand_attempts, by input.call."""

from zrg.ai.params import expand_attempts, resolve_request_params


def run(case_input: dict, document: dict) -> dict:
    arguments = {name: value for name, value in case_input.items() if name != "call"}
    if case_input["call"] == "expand_attempts":
        return {"attempts": expand_attempts(**arguments)}
    return dict(resolve_request_params(**arguments))
