"""The abuse screens as data: what each looks for, the rule it rests on, its thresholds. A finding accuses nobody."""

from collections.abc import Mapping
from typing import NamedTuple

from law.rule_set import RuleSet
from services.sla.domain.signals import KEPT_AT_LEAST
from services.sla.domain.words import ground


class Threshold(NamedTuple):
    """A number a screen compares with; people may change it within `least` and `most`."""

    name: str
    default: int
    least: int
    most: int
    label: str


class Screen(NamedTuple):
    """One screen. The query of the same name lies in store/screens.

    `value` names what is measured. `basis` is the rule of a rule set that says the article; where that has none,
    `articles` has it by rule set, else `practice` says what the rule is. No rule set is given another one's article. `needs_recording`: dossiers of legacy
    registers are left out, for when they were recorded means nothing.
    """

    code: str
    title: str
    looks_for: str
    rule: str
    value: str
    thresholds: tuple[Threshold, ...]
    basis: str = ""
    articles: Mapping[str, str] = {}
    practice: str = ""
    needs_recording: bool = False

    def article(self, rules: RuleSet | None) -> str:
        """Return the article that rules a dossier of a rule set, in words; "" where there is none."""
        if rules is None:
            return self.practice
        named = (rules.basis(self.basis).ground if self.basis else None) or self.articles.get(rules.code)
        return ground(named) if named else self.practice

    @property
    def sources(self) -> tuple[str, ...]:
        """Return its article under the present rules and under those before."""
        return tuple(ground(code) for code in self.articles.values()) or (self.practice,)


_PRESENT, _BEFORE = "nd-118-2025", "nd-61-2018"


def _articles(present: str, before: str) -> dict[str, str]:
    return {_PRESENT: f"ND-118-2025/{present}", _BEFORE: f"ND-61-2018/{before}"}


SCREENS = (
    Screen(
        "backdated_reception",
        "Tiếp nhận ghi lùi ngày",
        "Thời điểm tiếp nhận ghi trong hồ sơ sớm hơn nhiều so với lúc nhập vào hệ thống, kể cả khi đính chính",
        "Tiếp nhận phải được cập nhật ngay vào hệ thống; hồ sơ trực tuyến thông báo chậm nhất 02 giờ",
        "Phút từ lúc tiếp nhận đến lúc nhập",
        (Threshold("minutes", 120, 1, 525_600, "Nhập muộn hơn ít nhất (phút)"),),
        basis="online_notice",
        articles=_articles("17.2", "17"),
        needs_recording=True,
    ),
    Screen(
        "backdated_result",
        "Kết quả ghi lùi ngày",
        "Thời điểm có kết quả, từ chối hoặc dừng giải quyết sớm hơn nhiều so với lúc nhập vào hệ thống",
        "Kết quả giải quyết phải được cập nhật và lưu ngay trên hệ thống",
        "Phút từ lúc có kết quả đến lúc nhập",
        (Threshold("minutes", 120, 1, 525_600, "Nhập muộn hơn ít nhất (phút)"),),
        articles=_articles("22.5", "20"),
        needs_recording=True,
    ),
    Screen(
        "last_day_supplement",
        "Yêu cầu bổ sung vào ngày cuối",
        "Yêu cầu bổ sung khi thời hạn giải quyết sắp hết hoặc đã hết",
        "Yêu cầu bổ sung phải thông báo trong 03 ngày làm việc kể từ ngày tiếp nhận",
        "Số ngày làm việc còn lại (0: ngày cuối)",
        (Threshold("days", 0, 0, 60, "Còn lại nhiều nhất (ngày làm việc)"),),
        basis="supplement_notice",
        articles=_articles("19.5", "19.3"),
    ),
    Screen(
        "second_supplement",
        "Yêu cầu bổ sung nhiều lần",
        "Một hồ sơ bị yêu cầu bổ sung từ lần thứ hai trở đi sau khi tiếp nhận",
        "Việc bổ sung được yêu cầu một lần, đầy đủ",
        "Lần yêu cầu bổ sung",
        (Threshold("number", 2, 2, 20, "Từ lần thứ"),),
        basis="max_supplements",
        articles=_articles("16.3", "17"),
    ),
    Screen(
        "groundless_pause",
        "Tạm dừng không nêu căn cứ",
        "Yêu cầu bổ sung hoặc nghĩa vụ tài chính làm dừng thời hạn mà không nêu căn cứ pháp lý",
        "Yêu cầu làm dừng thời hạn phải nêu rõ nội dung, lý do và căn cứ",
        "Số lần tạm dừng không căn cứ của hồ sơ",
        (Threshold("number", 1, 1, 20, "Trong một hồ sơ ít nhất (lần)"),),
        basis="supplement_appraisal",
        articles=_articles("19.5", "19.3"),
    ),
    Screen(
        "mass_closing",
        "Kết thúc hàng loạt sát nửa đêm hoặc sát hạn",
        "Một đơn vị kết thúc nhiều hồ sơ trong cùng một khoảng thời gian ngắn quanh nửa đêm hoặc ngay trước hạn",
        "Người đứng đầu chịu trách nhiệm về tiến độ giải quyết đúng thực tế",
        "Số hồ sơ kết thúc cùng khoảng",
        (
            Threshold("dossiers", 20, 2, 10_000, "Ít nhất (hồ sơ)"),
            Threshold("minutes", 30, 1, 240, "Cách nửa đêm hoặc hạn nhiều nhất (phút)"),
        ),
        articles=_articles("38", "19"),
        needs_recording=True,
    ),
    Screen(
        "closed_without_result",
        "Kết thúc không có kết quả",
        "Hồ sơ bị dừng, hoặc ghi đã trả mà không có kết quả, khi chưa hết thời hạn chờ người nộp bổ sung",
        "Chỉ được dừng khi người nộp không bổ sung trong thời hạn; không đủ điều kiện thì từ chối bằng văn bản",
        "Số ngày người nộp đã được chờ",
        (Threshold("days", 15, 1, 365, "Nơi bộ quy định không nêu thời hạn chờ: được chờ ít hơn (ngày)"),),
        basis="supplement_wait",
        articles=_articles("19.5", "19"),
    ),
    Screen(
        "late_extension",
        "Gia hạn khi đã đến hạn",
        "Văn bản gia hạn ban hành vào ngày hẹn trả hoặc sau đó",
        "Gia hạn và xin lỗi phải trước ngày hết hạn ít nhất 01 ngày",
        "Số ngày sau ngày hẹn (0: chính ngày hẹn)",
        (Threshold("days", 0, -30, 365, "Sau ngày hẹn ít nhất (ngày)"),),
        basis="apology_lead",
        articles=_articles("19.6", "19"),
    ),
    Screen(
        "result_kept",
        "Có kết quả từ lâu mới trả",
        "Ghi có kết quả, dừng đồng hồ, nhưng nhiều ngày sau người nộp mới nhận được",
        "Kết quả được trả khi có, nếu sớm hơn hạn thì báo trước cho người nộp",
        "Số ngày từ khi có kết quả đến khi trả",
        (Threshold("days", 15, KEPT_AT_LEAST, 3_650, "Ít nhất (ngày)"),),
        articles=_articles("22.4", "20"),
    ),
    Screen(
        "outside_hours",
        "Nhập ngoài giờ làm việc",
        "Tiếp nhận, yêu cầu, gia hạn hoặc kết quả được nhập khi đơn vị không làm việc",
        "Giờ làm việc của đơn vị theo lịch đã được quyết định",
        "Phút cách giờ làm việc gần nhất",
        (Threshold("minutes", 90, 1, 10_080, "Cách giờ làm việc ít nhất (phút)"),),
        basis="office_hours",
        practice="Lịch làm việc của đơn vị",
        needs_recording=True,
    ),
)
BY_CODE: Mapping[str, Screen] = {screen.code: screen for screen in SCREENS}
