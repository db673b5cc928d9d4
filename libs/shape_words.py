"""What is wrong with the shape of a request, in Vietnamese: pydantic's own sentences are English."""

from typing import Any

_WORDS = {
    "missing": "Thiếu thông tin bắt buộc",
    "json_invalid": "Nội dung không phải JSON hợp lệ",
    "enum": "Chỉ nhận một trong: {expected}",
    "literal_error": "Chỉ nhận một trong: {expected}",
    "int_parsing": "Phải là số nguyên",
    "int_type": "Phải là số nguyên",
    "float_parsing": "Phải là số",
    "bool_parsing": "Phải là true hoặc false",
    "string_type": "Phải là văn bản",
    "uuid_parsing": "Không phải định danh (UUID) hợp lệ",
    "date_parsing": "Ngày phải theo dạng 2022-12-31",
    "date_from_datetime_parsing": "Ngày phải theo dạng 2022-12-31",
    "datetime_parsing": "Thời điểm phải theo dạng 2022-12-31T08:00:00+07:00",
    "datetime_from_date_parsing": "Thời điểm phải theo dạng 2022-12-31T08:00:00+07:00",
    "timezone_aware": "Thời điểm phải có múi giờ, ví dụ +07:00",
    "greater_than_equal": "Không được nhỏ hơn {ge}",
    "less_than_equal": "Không được lớn hơn {le}",
    "string_too_long": "Không được dài quá {max_length} ký tự",
    "string_too_short": "Phải có ít nhất {min_length} ký tự",
    "string_pattern_mismatch": "Không đúng dạng mã quy định",
    "model_attributes_type": "Phải là một đối tượng JSON",
    "too_long": "Không được có quá {max_length} mục",
    "too_short": "Phải có ít nhất {min_length} mục",
    "extra_forbidden": "Không có thông tin nào tên như vậy",
    "finite_number": "Phải là một số hữu hạn",
    "dict_type": "Phải là một đối tượng JSON",
    "bool_type": "Phải là true hoặc false",
    "float_type": "Phải là số",
    "datetime_type": "Thời điểm phải theo dạng 2022-12-31T08:00:00+07:00",
    "date_type": "Ngày phải theo dạng 2022-12-31",
    "uuid_type": "Không phải định danh (UUID) hợp lệ",
    "greater_than": "Phải lớn hơn {gt}",
    "less_than": "Phải nhỏ hơn {lt}",
    "union_tag_invalid": "Chỉ nhận một trong: {expected_tags}",
    "union_tag_not_found": "Thiếu thông tin {discriminator}",
    "list_type": "Phải là một danh sách",
}


def shape_error(error: Any) -> dict[str, str]:
    """Return the entry for `errors[]` of one of pydantic's errors; one we have no words for keeps its own."""
    words = _WORDS.get(error["type"])
    ours = words and words.format_map(_Known(error.get("ctx") or {})).replace(" or ", " hoặc ")
    where = () if error["type"] == "json_invalid" else error["loc"][1:]
    return {
        "field": ".".join(str(part) for part in where),
        "rule": error["type"],
        "message": ours or error["msg"],
    }


class _Known(dict[str, Any]):
    """What pydantic says about the rule; what it leaves out is left out."""

    def __missing__(self, _key: str) -> str:
        return "…"
