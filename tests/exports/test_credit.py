"""The form of a change of credit: one page, what is asked for, four places to sign."""

from openpyxl import load_workbook

from tests.support.cli import Cli


def test_the_form_has_what_is_asked_for_and_who_signed(cli: Cli) -> None:
    cli("customer", "add", "周建国", "--phone", "13800000121", "--company", "大周砼业")
    cli(
        "customer",
        "credit",
        "K1",
        "--limit",
        "50万",
        "--term",
        "60天",
        "--reason",
        "旺季备料",
        "--audited-by",
        "张总监",
    )
    path = cli.folder / "申请单.xlsx"
    cli("export", "credit", "K1", "-o", str(path))
    sheet = load_workbook(path).active
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert texts[0] == "客户信用额度、账期更改申请单"
    assert {"大周砼业", "500,000 元", "60天", "旺季备料"} <= set(texts)
    signed = [text for text in texts if text.startswith("签名")]
    assert len(signed) == 4
    assert ["李敏" in signed[0], "张总监" in signed[1], "＿" in signed[2], "＿" in signed[3]] == [True] * 4
    assert sheet.page_setup.fitToHeight == 1


def test_without_an_application_the_form_is_blank_to_be_filled_by_hand(cli: Cli) -> None:
    cli("customer", "add", "周建国")
    cli("export", "credit", "周建国", "-o", str(cli.folder / "空白.xlsx"))
    assert (cli.folder / "空白.xlsx").is_file()
