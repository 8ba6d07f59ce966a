"""What was pasted, as drafts of demands: read, put right, recorded, handed on; what no draft took stands below."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from demandctl.desk.acts import offer
from demandctl.desk.asking import KEYS, Modal
from demandctl.desk.drawing import Bar, Ink, Paper, Paragraph, heading, pairs
from demandctl.desk.hands import Handout, Hands
from demandctl.desk.ledger import Moment
from demandctl.desk.values import ask_value, in_words, label_of
from demandctl.errors import DemandctlError
from demandctl.language.short import short
from demandctl.messages import scripts
from demandctl.paste import proposals
from demandctl.paste.proposals import EnrichedDraft, Pasted
from demandctl.queries.answering import Answering
from demandctl.queries.demands import DemandView, read_demand
from demandctl.queries.reader import Reader, reading
from demandctl.terminal.drafting import draft_facts, draft_title, forget, left_lines, left_told, ways_to_record
from demandctl.terminal.typed import clean
from demandctl.vocabulary import Channel, Kind

EDITABLE = ("customer", "phone", "region", "kind", "subtype", "product", "urgency", "channel", "group", "content")


class Known(NamedTuple):
    """What the ledger has to a draft: an open demand that it may be, and who owes the customer the first answer."""

    twin: DemandView | None
    answering: Answering


class Drafts(Modal[None]):
    """The drafts of one paste, one after the other."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "record", "记录", show=False),
        Binding("e", "change", "改一改", show=False),
        Binding("s,right,n", "step(1)", "下一条", show=False),
        Binding("left,b", "step(-1)", "上一条", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        *(Binding(key, f"take({place})", show=False) for place, key in enumerate(KEYS)),
    ]

    def __init__(self, desk: Hands, text: str, *, typed: bool = False) -> None:
        super().__init__("")
        self.desk, self.text, self._typed = desk, text, typed
        self.paper = Paper(id="paper")
        self.foot = Bar(id="bar")
        self.pasted: Pasted | None = None
        self.drafts: list[EnrichedDraft] = []
        self.done: dict[int, str] = {}
        self.at = 0
        self._messages: list[Handout] = []
        self._said = ""
        self._busy = False

    def compose(self) -> ComposeResult:
        """The draft, and the keys."""
        with Vertical(id="sheet", classes="tall"):
            yield self.paper
            yield self.foot

    def on_mount(self) -> None:
        """Read the paste."""
        self.paper.put([Paragraph("正在读…", look="quiet")])
        self._read()

    @work(exclusive=True, group="reading")
    async def _read(self) -> None:
        def read(reader: Reader) -> tuple[Pasted, list[EnrichedDraft]]:
            from demandctl.paste.compiled import use_patterns

            use_patterns(reader.context.cache_folder)
            text = clean(self.text)
            pasted = proposals.read(reader, text)
            proposals.guess_channels(reader, pasted)
            return pasted, [proposals.of_text(reader, text)] if self._typed else pasted.proposals

        try:
            self.pasted, self.drafts = await self.desk.look(read)
        except DemandctlError as error:
            self.desk.trouble(error)
            self.dismiss(None)
            return
        self.draw()

    # -- drawing -------------------------------------------------------------------------------------------------

    @property
    def draft(self) -> EnrichedDraft | None:
        """The draft that is looked at."""
        return self.drafts[self.at] if self.at < len(self.drafts) else None

    def draw(self) -> None:
        """The draft, what has become of it, and what no draft took."""
        if self.pasted is None:
            return
        now = self.desk.ledger.now().now
        said: list[Paragraph] = []
        if self.draft is None:
            said.append(Paragraph("这段文字里没有看到需求", look="title"))
        else:
            place = f"{self.at + 1}/{len(self.drafts)}" if len(self.drafts) > 1 else ""
            said.append(Paragraph(draft_title(self.draft, place), look="title"))
            if self.at in self.done:
                said.append(Paragraph(self.done[self.at], look="soon"))
            said += pairs(draft_facts(self.draft, now, explain=True))
        lines = left_lines(self.pasted)
        if lines and not self._typed:
            said += heading(f"没有放进草稿的 {len(self.pasted.left_out)} 句（按数字也登记）")
            for key, line in zip([*KEYS, *(" " * len(lines))], lines, strict=False):
                said.append(Paragraph(left_told(line, now), key, "quiet", 2))
        self.paper.put(said)
        keys = [("回车", "记录"), ("e", "改一改")] if self.draft and self.at not in self.done else []
        keys += [("s", "下一条")] if len(self.drafts) > 1 else []
        self.foot.put([[ink for key, name in [*keys, ("Esc", "不记了" if not self.done else "好了")]
                        for ink in (Ink(f" {key}", "key"), Ink(f" {name} ", "quiet"))]])  # fmt: skip

    # -- keys ----------------------------------------------------------------------------------------------------

    def action_scroll(self, by: int) -> None:
        """Read on."""
        self.paper.scroll_relative(y=by * 3, animate=False)

    def action_step(self, by: int) -> None:
        """The draft beside this one."""
        if self.drafts:
            self.at = (self.at + by) % len(self.drafts)
            self.draw()

    def action_back(self) -> None:
        """Go back; what was recorded stays recorded."""
        self._leave()

    def _leave(self) -> None:
        if self._messages:
            self.desk.hand_out(self._messages, self._said)
        elif self._said:
            self.desk.say(self._said)
        self.dismiss(None)

    @work(group="act")
    async def action_take(self, place: int) -> None:
        """Take what no draft took as a draft after all."""
        if self.pasted is None or self._typed or place >= len(lines := left_lines(self.pasted)):
            return
        left, pasted = lines[place].first, self.pasted
        draft = await self.desk.look(lambda reader: proposals.taken(reader, pasted, left))
        forget(pasted, left)
        self.drafts.append(draft)
        self.at = len(self.drafts) - 1
        self.draw()

    @work(group="act")
    async def action_change(self) -> None:
        """Put one field of the draft right."""
        draft = self.draft
        if draft is None or self.at in self.done:
            return
        names = [name for name in EDITABLE if name != "group" or draft.values.get("channel") == Channel.GROUP]
        listed = [(name, f"{label_of(name)}　{in_words(name, draft.values)}") for name in names]
        name = await self.desk.pick("改哪一项", listed)
        if name and await self._ask(draft, name):
            await self.desk.look(lambda reader: proposals.known(reader, draft))
            self.draw()

    async def _ask(self, draft: EnrichedDraft, name: str) -> bool:
        given = await ask_value(self.desk, name, draft.values)
        if given is None:
            return False
        draft.values[name] = given.value
        draft.draft.inferred.pop(name, None)
        if name == "kind":
            draft.values["subtype"] = None
            draft.draft.inferred.pop("subtype", None)
        return True

    def on_paste(self, event: events.Paste) -> None:
        """Another paste waits until this one is done with."""
        event.stop()
        self.app.push_screen(Drafts(self.desk, event.text))

    # -- recording -----------------------------------------------------------------------------------------------

    @work(group="act")
    async def action_record(self) -> None:
        """Record the draft and hand it on; then comes the next one, or the desk again."""
        draft = self.draft
        if draft is None or self.at in self.done or self._busy:
            return
        self._busy = True
        try:
            if await self._record(draft):
                self._next()
        except DemandctlError as error:
            self.desk.trouble(error)
            self.foot.put([[Ink(f" {error}" + (f"（{error.hint}）" if error.hint else ""), "late")]])
        finally:
            self._busy = False

    def _next(self) -> None:
        open_ones = [place for place in range(len(self.drafts)) if place not in self.done]
        if not open_ones:
            self._leave()
            return
        self.at = next((place for place in open_ones if place > self.at), open_ones[0])
        self.draw()

    async def _record(self, draft: EnrichedDraft) -> bool:
        """Ask what is missing, then write; whether something became of the draft."""
        for name in draft.missing:
            if not await self._ask(draft, name):
                return False
        if draft.alike and not await self._who(draft):
            return False
        standing = await self.desk.look(
            lambda reader: Known(proposals.twin(reader, draft), proposals.answering(reader, draft))
        )
        how = await self._how(draft, standing)
        if how is None:
            return False
        if how == "follow" and standing.twin:
            await self._said_again(standing.twin, draft)
            return True
        number, handled = await self._take_in(draft, how, insist=standing.twin is not None)
        if not handled and await offer(self.desk, number):
            self._messages = [*self.desk.messages, *self._messages]
            self._said = self.desk.told.text
        return True

    async def _who(self, draft: EnrichedDraft) -> bool:
        """Who of those with the same name it is."""
        new: dict[str, str] = {}
        listed = [
            (c, f"{c['code']} {c['name']}（{c['region'] or '地区未知'} {c['phone'] or '没有电话'}）")
            for c in draft.alike
        ]
        chosen = await self.desk.pick("已有同名客户，是哪一位", [*listed, (new, "都不是，是新客户")])
        if chosen is None:
            return False
        draft.customer, draft.alike = chosen or None, []
        return True

    async def _how(self, draft: EnrichedDraft, standing: Known) -> str | None:
        """In which way it is recorded: asked only where another demand of the same kind is open."""
        if standing.twin is None:
            return "later"
        twin = standing.twin
        ways = [("follow", f"跟进已有的 {twin.subject}：{short(twin.content, 40)}")]
        ways += ways_to_record("另记一条", standing.answering)
        return await self.desk.pick("同一位客户已有同类需求没结束", ways)

    async def _said_again(self, twin: DemandView, draft: EnrichedDraft) -> None:
        def does(app: Moment) -> str:
            from demandctl.actions import steps

            return steps.said_again(app, twin.number, draft.values["content"]).sentence

        self._said = f"✓ {await self.desk.write(does)}"
        self.done[self.at] = self._said

    async def _take_in(self, draft: EnrichedDraft, how: str, *, insist: bool) -> tuple[int, bool]:
        values, response = draft.values, draft.draft.first_response

        def does(app: Moment) -> tuple[int, str, bool, str]:
            from demandctl.actions import steps

            customer = proposals.person_of(values, draft.customer)
            first = response and steps.FirstWord(
                response.at, response.by.id, response.by.name, response.text, proposals.method_of(values["channel"])
            )
            taken = steps.take_in(
                app, customer, proposals.columns_of(values, draft.draft.source), insist=insist, first=first,
                called=values.get("customer") or (draft.customer or customer)["name"],
                replied_at=None if how == "later" else app.now,
            )  # fmt: skip
            app.hints += taken.notes
            return taken.number, taken.said, taken.handled, _received(app, taken.number) if how == "answer" else ""

        number, said, handled, answer = await self.desk.write(does)
        self._said = f"✓ {said}"
        self.done[self.at] = self._said
        if answer:
            self._messages.append(Handout("客户", answer))
        self.draw()
        return number, handled


def _received(app: Moment, number: int) -> str:
    """What tells the customer that his demand is taken in; a complaint is met by an apology."""
    with reading(app) as reader:
        demand = read_demand(reader, number)
    name = "apology" if demand.kind is Kind.COMPLAINT else "received"
    script = scripts.find(scripts.load(app.scripts_path), name)
    return scripts.fill(script.whole, scripts.values_for(app.config, app.who, demand.customer, demand))
