"""The three functions of zrg.lib.linkedin, by input.fn."""

from zrg.lib import linkedin

FUNCTIONS = {
    "classify_linkedin_url": linkedin.classify_linkedin_url,
    "merge_linkedin_fields": linkedin.merge_linkedin_fields,
    "extract_linkedin_urls": linkedin.extract_linkedin_urls,
}


def run(case_input: dict, document: dict) -> dict:
    arguments = {name: value for name, value in case_input.items() if name != "fn"}
    return FUNCTIONS[case_input["fn"]](**arguments)._asdict()
