"""The road of a demand from the chat to its end, as a specialist walks it."""

from tests.support.cli import Cli


def test_a_repair_goes_from_the_chat_to_the_customers_yes(cli: Cli) -> None:
    number = str(cli.demand(phone="13800000121", product="37米泵车", subtype="repair")["number"])
    assert "李铁柱" in cli("assign", number, "--auto").out
    cli.at("2026-11-20T09:40:00")("follow-up", number, "已电话联系，下午到场", "--method", "phone")
    cli.at("2026-11-20T16:00:00")("follow-up", number, "换了油缸密封，恢复正常", "--resolved")
    refused = cli.run("close", number, "--outcome", "solved")
    assert refused.code == 1
    assert f"demandctl confirm {number} --solved" in refused.err
    ended = cli("confirm", number, "--solved", "--json").json
    assert (ended["status"], ended["outcome"]) == ("closed", "solved")
    assert {d["rule"] for d in ended["deadlines"] if d["state"] == "later"} == {"after-sale"}
