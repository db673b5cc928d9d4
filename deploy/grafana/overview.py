"""The first dashboard: whether dossiers are on time, and whether the system is well."""

from typing import Any

from deploy.grafana.panels import Panel, Row, dashboard

_GOOD: tuple[tuple[float | None, str], ...] = ((None, "red"), (0.9, "orange"), (0.95, "green"))
_BAD: tuple[tuple[float | None, str], ...] = ((None, "green"), (1, "orange"), (10, "red"))
_AGE: tuple[tuple[float | None, str], ...] = ((None, "green"), (60, "orange"), (180, "red"))
_ANSWER_TIME = (
    "histogram_quantile(0.95, sum by (le, service)"
    " (rate(http_request_duration_seconds_bucket[$__rate_interval])))"
)
_SERVER_ERRORS = (
    'sum by (service) (rate(http_request_duration_seconds_count{status="5xx"}[$__rate_interval]))'
)


def _of(metric: str, **labels: str) -> str:
    """Return a gauge of the chosen provinces, the replicas' copies of it taken once."""
    more = "".join(f',{name}=~"{value}"' for name, value in labels.items())
    return f'max without (instance, job, role, service) ({metric}{{province=~"$province"{more}}})'


def _share(window: str, by: str = "") -> str:
    good = _of("dossier_window_outcomes", window=window, outcome="early|on_time")
    every = _of("dossier_window_outcomes", window=window)
    return f"sum{by} ({good}) / (sum{by} ({every}) > 0)"


def _open(state: str) -> str:
    """Return how many are open in a state; zero only while the figures are known, else nothing."""
    return f"sum({_of('dossier_open', state=state)}) or 0 * max(dossier_snapshot_timestamp_seconds)"


DOSSIERS = Row(
    "Hồ sơ",
    (
        Panel(
            kind="stat",
            title="Tỷ lệ đúng hạn, 30 ngày",
            description="Trước hạn và đúng hạn trên tổng số hồ sơ có kết quả hoặc đã quá hạn trong 30 ngày qua.",
            queries=((_share("30d"), "30 ngày"),),
            unit="percentunit",
            decimals=2,
            steps=_GOOD,
            width=6,
            height=5,
        ),
        Panel(
            kind="stat",
            title="Tỷ lệ đúng hạn, hôm nay",
            description="Như trên, trong một ngày qua; ít hồ sơ thì tỷ lệ dao động mạnh.",
            queries=((_share("1d"), "1 ngày"),),
            unit="percentunit",
            decimals=2,
            steps=_GOOD,
            width=6,
            height=5,
        ),
        Panel(
            kind="stat",
            title="Đang quá hạn",
            description="Hồ sơ chưa có kết quả đã qua hạn trả.",
            queries=((_open("overdue"), "Quá hạn"),),
            steps=_BAD,
            width=6,
            height=5,
        ),
        Panel(
            kind="stat",
            title="Sắp đến hạn",
            description="Hồ sơ còn trong hạn nhưng đã đến mốc nhắc.",
            queries=((_open("due_soon"), "Sắp đến hạn"),),
            width=6,
            height=5,
        ),
        Panel(
            kind="timeseries",
            title="Hồ sơ đang mở theo tình trạng",
            description="Trong hạn, sắp đến hạn, quá hạn, tạm dừng chờ người nộp.",
            queries=(
                (_open("within"), "Trong hạn"),
                (_open("due_soon"), "Sắp đến hạn"),
                (_open("overdue"), "Quá hạn"),
                (_open("paused"), "Tạm dừng"),
            ),
            stacked=True,
        ),
        Panel(
            kind="timeseries",
            title="Tỷ lệ đúng hạn theo tỉnh, 7 ngày",
            description="Mỗi đường là một tỉnh; đường mục tiêu là mức cam kết chung.",
            queries=(
                (_share("7d", " by (province)"), "{{province}}"),
                ('max(dossier_slo_objective_ratio{field="*"})', "Mục tiêu"),
            ),
            unit="percentunit",
            decimals=2,
        ),
        Panel(
            kind="bargauge",
            title="Quá hạn theo lĩnh vực",
            description="Mười lĩnh vực có nhiều hồ sơ đang quá hạn nhất.",
            queries=((f"topk(10, sum by (field) ({_of('dossier_open', state='overdue')}))", "{{field}}"),),
            steps=_BAD,
            options={"orientation": "horizontal", "displayMode": "basic"},
        ),
        Panel(
            kind="timeseries",
            title="Hồ sơ quá hạn lâu nhất",
            description="Thời gian đã trễ của hồ sơ quá hạn lâu nhất trong từng tỉnh.",
            queries=((f"time() - ({_of('dossier_oldest_overdue_timestamp_seconds')} > 0)", "{{province}}"),),
            unit="s",
        ),
    ),
)
SYSTEM = Row(
    "Hệ thống",
    (
        Panel(
            kind="timeseries",
            title="Độ trễ báo mốc",
            description="Từ lúc đến mốc nhắc đến lúc đã báo: nửa số mốc và 95 % số mốc nhanh hơn mức này.",
            queries=(
                (
                    "histogram_quantile(0.5, sum by (le) (rate(sla_timer_lag_seconds_bucket[$__rate_interval])))",
                    "50 %",
                ),
                (
                    "histogram_quantile(0.95, sum by (le) (rate(sla_timer_lag_seconds_bucket[$__rate_interval])))",
                    "95 %",
                ),
            ),
            unit="s",
        ),
        Panel(
            kind="timeseries",
            title="Bản tin chờ áp dụng",
            description="Số bản tin trong Kafka mà từng dịch vụ chưa áp dụng; tăng khi đang nhập sổ cũ.",
            queries=(("sum by (service) (consumer_lag_records)", "{{service}}"),),
        ),
        Panel(
            kind="timeseries",
            title="Sự kiện áp dụng mỗi giây",
            description="Theo dịch vụ.",
            queries=(("sum by (service) (rate(events_consumed_total[$__rate_interval]))", "{{service}}"),),
            unit="ops",
        ),
        Panel(
            kind="timeseries",
            title="Tuổi sự kiện chưa phát",
            description="Sự kiện cũ nhất còn nằm trong hộp gửi của từng dịch vụ.",
            queries=(("time() - max by (service) (outbox_oldest_timestamp_seconds > 0)", "{{service}}"),),
            unit="s",
        ),
        Panel(
            kind="stat",
            title="Thư lỗi chưa xử lý",
            description="Sự kiện không áp dụng được; hồ sơ liên quan đang bị giữ. Xem: motcua dead-letters list.",
            queries=(("max by (service) (dead_letters_open)", "{{service}}"),),
            steps=((None, "green"), (1, "red")),
            width=8,
            height=5,
        ),
        Panel(
            kind="stat",
            title="Sự kiện đang chờ",
            description="Chờ sự kiện trước nó (gap), chờ người vận hành (held), chờ danh mục (catalogue).",
            queries=(("max by (service, reason) (events_parked) > 0", "{{service}} {{reason}}"),),
            steps=((None, "green"), (1, "orange")),
            width=8,
            height=5,
        ),
        Panel(
            kind="stat",
            title="Tuổi số liệu",
            description="Số liệu hồ sơ ở trên được tính cách đây bao lâu.",
            queries=(("time() - max(dossier_snapshot_timestamp_seconds)", "Tuổi"),),
            unit="s",
            steps=_AGE,
            width=8,
            height=5,
        ),
        Panel(
            kind="timeseries",
            title="Thời gian trả lời của API, 95 %",
            description="95 % yêu cầu được trả lời nhanh hơn mức này.",
            queries=((_ANSWER_TIME, "{{service}}"),),
            unit="s",
        ),
        Panel(
            kind="timeseries",
            title="Yêu cầu bị lỗi máy chủ",
            description="Số yêu cầu mỗi giây kết thúc bằng lỗi máy chủ.",
            queries=((_SERVER_ERRORS, "{{service}}"),),
            unit="reqps",
        ),
    ),
)


def overview() -> dict[str, Any]:
    """Return the dashboard."""
    return dashboard(
        uid="motcua-tong-quan",
        title="Một Cửa: tổng quan",
        description="Hồ sơ có đúng hạn không, và hệ thống có khỏe không. Giờ Việt Nam.",
        rows=(DOSSIERS, SYSTEM),
    )
