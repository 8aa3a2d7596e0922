// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/base/json.h>

#include <vtlt/core/base/error.h>

namespace vtlt {

namespace {

void refuse_floats(const SortedJson& value)
{
    ensure(!value.is_number_float(), "canonical JSON holds no floating-point number");
    if (value.is_structured()) {
        for (const auto& child : value) {
            refuse_floats(child);
        }
    }
}

} // namespace

std::string canonical_json(const SortedJson& value)
{
    refuse_floats(value);
    return value.dump(-1, ' ', false, SortedJson::error_handler_t::replace);
}

std::string to_line(const Json& value)
{
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json parse_json(std::string_view text)
{
    auto value = Json::parse(text, nullptr, false);
    if (value.is_discarded()) {
        throw Error{Kind::invalid, "json.syntax"};
    }
    return value;
}

} // namespace vtlt
